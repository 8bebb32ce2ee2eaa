#include <penstock/runtime/letter_replay.hpp>

#include <spdlog/logger.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <penstock/messages/error.hpp>
#include <penstock/messages/item_codec.hpp>
#include <penstock/messages/letter_number.hpp>
#include <penstock/runtime/dead_letter_store.hpp>
#include <penstock/runtime/letter_groups.hpp>
#include <penstock/runtime/letter_source.hpp>

namespace penstock {

namespace {

/// Has nothing.
class no_source final : public source_body {
 public:
  void fill(fill_work& work, source_context&) override { work.ended = true; }
  void settle(std::uint64_t, bool, const std::string&) override {}
};

class replay_planner {
 public:
  /// `wanted`: ids of the letters; none: all that were not replayed.
  replay_planner(run_plan& plan, std::shared_ptr<dead_letter_store> store,
                 const std::vector<std::int64_t>& wanted, const std::shared_ptr<spdlog::logger>& log)
      : plan_{plan}, store_{std::move(store)}, wanted_{wanted}, log_{log} {}

  void run() {
    find_scoped();
    for (letter_group& each : chosen()) sort(std::move(each));
    for (source_plan& each : plan_.sources) silence(each);
    make_room(letters_.size());
    std::size_t place = 0;
    for (auto& [member, letters] : letters_)
      add_source(place++, member + letters_.size(), std::move(letters));
  }

 private:
  /// Letters of this graph, the oldest first, together with all others of their input: what they stand for is
  /// done again with it. A program may run several graphs.
  std::vector<letter_group> chosen() const {
    std::vector<letter_group> open = group_letters(store_->to_replay(plan_.graph));
    if (wanted_.empty()) return open;
    std::set<std::int64_t> there;
    for (const letter_group& each : open) there.insert(each.ids.begin(), each.ids.end());
    for (const auto id : wanted_) {
      if (there.contains(id)) continue;
      const auto letter = store_->find(id);
      if (!letter)
        throw dead_letter_store_error{store_->file(), "there is no dead letter " + std::to_string(id)};
      if (letter->graph == plan_.graph) leave(letter->stage, {id}, "it was replayed before");
    }
    std::erase_if(open, [this](const letter_group& group) {
      return std::find_first_of(group.ids.begin(), group.ids.end(), wanted_.begin(), wanted_.end()) ==
             group.ids.end();
    });
    return open;
  }

  /// Between a scatter and its gather, which is in there too, items are pieces of a job that is no more.
  void find_scoped() {
    depth_.assign(plan_.members.size(), 0);
    for (std::size_t i = 0; i < plan_.members.size(); ++i) {
      const run_plan::member& each = plan_.members[i];
      if (each.is_source) continue;
      int depth = 0;
      for (const auto producer : each.inputs) {
        const run_plan::member& from = plan_.members[producer];
        const bool scatters = !from.is_source && plan_.stages[from.index].scatter;
        const bool gathers = !from.is_source && plan_.stages[from.index].gather;
        depth = std::max(depth, depth_[producer] + (scatters ? 1 : 0) - (gathers ? 1 : 0));
      }
      depth_[i] = depth;
    }
  }

  void sort(letter_group group) {
    const auto letter = store_->find(group.ids.front());
    if (!letter) return;
    for (std::size_t i = 0; i < plan_.members.size(); ++i) {
      if (plan_.members[i].name != group.stage) continue;
      const auto problem = problem_with(*letter, i);
      if (!problem.empty()) return leave(group.stage, group.ids, problem);
      letters_[i].push_back(std::move(group.ids));
      return;
    }
    leave(group.stage, group.ids, "the graph has no such stage");
  }

  /// Why the member can't take the letter's item; empty if it can.
  std::string problem_with(const dead_letter_record& letter, std::size_t member) {
    const run_plan::member& to = plan_.members[member];
    if (to.is_source) return "it is of an operator on a source, so no stage has had the item";
    if (depth_[member] > 0) return "it is between scatter and gather, where an item is a piece of a job";
    const item_codec* const codec = plan_.stages[to.index].codec;
    if (to.is_relay || codec == nullptr) return "the stage does not keep what comes in";
    if (!letter.op.empty() && letter_number{letter.item}.what() == letter_number::kind::at_end)
      return "on_end emitted what it holds, so it is no item for the stage";
    if (!letter.schema && letter.item_type != codec->type)
      return "it holds a " + letter.item_type + ", and the stage takes a " + codec->type;
    if (codec->restore == nullptr) return std::string{"items of type "} + codec->type + " can't be read back";
    try {
      read_notes notes;
      static_cast<void>(item_in(letter, *codec, &notes));
      tell(letter, *codec, notes);
    } catch (const error& unreadable) {
      return unreadable.what();
    }
    return {};
  }

  /// Once for each stage.
  void tell(const dead_letter_record& letter, const item_codec& codec, const read_notes& notes) {
    if (!log_) return;
    const auto warn = [&](const std::string& what) {
      if (told_.insert(letter.stage + '/' + what).second)
        log_->warn("graph '{}', stage '{}': {}", plan_.graph, letter.stage, what);
    };
    for (const std::string& each : notes.ignored_members)
      warn("member '" + each + "' of dead letters is ignored: " + codec.type + " has no such member");
    if (notes.without_schema)
      warn("dead letters of before schemas are read by the name of their type alone: " + letter.item_type);
  }

  void leave(const std::string& stage, const std::vector<std::int64_t>& ids,
             const std::string& problem) const {
    if (!log_) return;
    for (const auto id : ids)
      log_->warn("graph '{}', stage '{}': dead letter {} is not replayed: {}", plan_.graph, stage, id,
                 problem);
  }

  static void silence(source_plan& plan) {
    plan.make_body = [] { return std::make_unique<no_source>(); };
    plan.acknowledges = plan.blocking = false;
    plan.in_flight = 0;
  }

  /// Producers come before their consumers.
  void make_room(std::size_t count) {
    for (run_plan::member& each : plan_.members) {
      for (std::size_t& input : each.inputs) input += count;
    }
    for (group_plan& group : plan_.groups) {
      for (std::uint32_t& member : group.members) member += static_cast<std::uint32_t>(count);
    }
    plan_.members.insert(plan_.members.begin(), count, run_plan::member{});
  }

  void add_source(std::size_t place, std::size_t consumer, letter_source::inputs letters) {
    run_plan::member& to = plan_.members[consumer];
    const item_codec* const codec = plan_.stages[to.index].codec;
    source_plan& source = plan_.sources.emplace_back();
    source.name = "letters of " + to.name;
    source.acknowledges = true;
    source.blocking = true;  // it reads and writes a file
    source.make_body = [store = store_, codec, letters = std::move(letters)] {
      return std::make_unique<letter_source>(store, *codec, letters);
    };
    to.inputs.push_back(place);
    run_plan::member& from = plan_.members[place];
    from.name = source.name;
    from.is_source = true;
    from.index = plan_.sources.size() - 1;
  }

  run_plan& plan_;
  std::shared_ptr<dead_letter_store> store_;
  const std::vector<std::int64_t>& wanted_;
  const std::shared_ptr<spdlog::logger>& log_;
  std::set<std::string> told_;
  std::vector<int> depth_;  ///< scatters without their gather before each member
  std::map<std::size_t, letter_source::inputs> letters_;  ///< by member
};

}  // namespace

void replay_letters(run_plan& plan, const std::filesystem::path& file, const std::vector<std::int64_t>& ids,
                    const std::shared_ptr<spdlog::logger>& log) {
  if (!std::filesystem::exists(file))
    throw dead_letter_store_error{file, "there is no such file, so there is nothing to replay"};
  std::shared_ptr<dead_letter_store> letters{new dead_letter_store{dead_letter_store::existing(file)}};
  replay_planner{plan, std::move(letters), ids, log}.run();
}

}  // namespace penstock
