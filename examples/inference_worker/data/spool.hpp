#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "items.hpp"

namespace inference {

/// A queue of jobs in a directory, one file each. `NAME.job` waits; taken, it is called `NAME.taken`; done,
/// it is deleted; given back, it waits again. All changes are renames, so a killed program loses no job.
///
/// take() belongs to one thread; done() and give_back() may be called from any. Every function throws
/// std::runtime_error (or std::filesystem::filesystem_error) that names the file which can't be read, renamed
/// or deleted.
class spool {
 public:
  /// Makes the directory if need be, and gives jobs back that an earlier program had taken and not finished.
  explicit spool(std::string directory);

  /// How many jobs wait.
  std::size_t waiting() const;

  /// Fills the empty spool. All of the jobs appear at once.
  void fill(const std::vector<job>& jobs);

  /// The next job by name; nothing when none waits any more.
  std::optional<job> take();

  void done(const std::string& name) const;
  void give_back(const std::string& name) const;

 private:
  void look();

  std::string directory_;
  std::vector<std::string> names_;  ///< found waiting and not yet taken, the next one last
};

}  // namespace inference
