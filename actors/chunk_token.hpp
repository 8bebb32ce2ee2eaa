#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <penstock/messages/lineage.hpp>
#include <penstock/messages/token.hpp>

namespace penstock {

/// One token for items that became one, a chunk: it holds all of theirs, lets go of them when it is let go
/// itself, and passes its flag on to each.
class chunk_token final : public token {
 public:
  explicit chunk_token(lineage of) : of_{std::move(of)} {}

  /// The first item's that has one.
  std::uint64_t job() const override;
  std::int64_t born() const override;
  void name_jobs(std::vector<std::uint64_t>& to) const override;

 private:
  void last_owner_left() noexcept override;

  lineage of_;
};

/// What stands for all of `tokens`: a token of theirs where they are one, null where there is none.
ref<token> one_token(lineage tokens);

/// For a dead letter: which jobs an item came of, if they are several; " (of jobs 3, 5 to 8)". Else empty.
std::string jobs_of(const token* of);

}  // namespace penstock
