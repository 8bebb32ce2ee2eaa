#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include <penstock/actors/source_body.hpp>

namespace penstock {

/// Around a source that can't ask its origin again: keeps each of its items until all that came of it is
/// settled, and gives it out again if something of it was lost, as a new delivery.
class replaying_source final : public source_body {
 public:
  /// `times`: how often an item may be given out after the first time.
  replaying_source(std::unique_ptr<source_body> inner, std::uint32_t times)
      : inner_{std::move(inner)}, times_{times} {}

  void start(source_context& context) override;
  void fill(fill_work& work, source_context& context) override;
  /// Throws replay_error when an item was lost too often.
  void settle(std::uint64_t job, bool flagged, const std::string& reason) override;
  /// Nobody misses what was lost, so the item is not given out again.
  void settle_unwanted(std::uint64_t job, const std::string&) override { out_.erase(job); }
  void stop(source_context& context) override { inner_->stop(context); }
  bool drain() override;

 private:
  struct kept_item {
    batch item;
    std::uint32_t given = 1;  ///< times
  };

  void give_again(fill_work& work);
  void ask_origin(fill_work& work, source_context& context);

  std::unique_ptr<source_body> inner_;
  std::uint32_t times_;
  std::map<std::uint64_t, kept_item> out_;  ///< by their deliveries
  std::deque<kept_item> lost_;
  bool ended_ = false;  ///< the origin has no more, or is not to be asked
  std::string name_;    ///< of graph and source, for the error
};

}  // namespace penstock
