#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace penstock {

/// Whose workers are replaced when a worker of one stage of a group crashes.
enum class group_strategy {
  one_for_all,   ///< those of all its stages
  rest_for_one,  ///< those of this stage and of the stages behind it in the group
};

/// The readable name: one_for_all or rest_for_one.
const char* to_string(group_strategy strategy);

/// A group as its run knows it.
struct group_plan {
  std::string name;
  group_strategy strategy = group_strategy::one_for_all;
  std::vector<std::uint32_t> members;  ///< the stages, in the order in which they start
};

/// What a group's stages are told, and when, once a worker of one has crashed: the last of those concerned
/// halts first, the next when it has, and so on; when all stand still they start again, in the order of the
/// group. (The strategies and their order are those of Erlang/OTP's supervisors.) Plain data.
class stage_group {
 public:
  explicit stage_group(group_plan plan);

  const group_plan& plan() const { return plan_; }
  bool holds(std::uint32_t member) const { return place_of(member).has_value(); }
  /// Some of the stages halt or stand still.
  bool restarting() const { return from_.has_value(); }
  std::uint64_t restarts() const { return restarts_; }

  /// A worker of `member` crashed, and may be replaced from `when` (ns) on.
  void crashed(std::uint32_t member, std::int64_t when);
  /// All workers of `member` have ended.
  void halted(std::uint32_t member);
  /// `member` is no more; the others go on without it.
  void ended(std::uint32_t member);

  /// Who is to halt now; each is said once.
  std::optional<std::uint32_t> to_halt();
  /// All that have to stand still do. Then `resume_at` says when they may start.
  bool stands_still() const;
  std::int64_t resume_at() const { return resume_at_; }
  /// Who is to start, in this order; the group is whole again.
  std::vector<std::uint32_t> resume();

 private:
  enum class state { works, told, halted, ended };

  std::optional<std::size_t> place_of(std::uint32_t member) const;

  group_plan plan_;
  std::vector<state> states_;
  std::optional<std::size_t> from_;  ///< this one and those behind it are restarted
  std::int64_t resume_at_ = 0;
  std::uint64_t restarts_ = 0;
};

}  // namespace penstock
