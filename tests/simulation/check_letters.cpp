#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include <penstock/messages/codec.hpp>
#include <penstock/messages/error.hpp>
#include <penstock/messages/letter_number.hpp>

#include "behaviour.hpp"
#include "check.hpp"
#include "item.hpp"

namespace penstock_simulation {

namespace ps = penstock;

namespace {

class letter_checker {
 public:
  letter_checker(const shape& s, const journal& log, const facts& seen) : shape_{s}, log_{log}, seen_{seen} {}

  std::vector<std::string> run() {
    count();
    for (const ps::dead_letter_record& letter : log_.letters) {
      if (!keys_.insert({letter.job, letter.stage, letter.op, letter.item, letter.attempt}).second)
        fail(letter, "has the key of another, so the file would keep one of them");
      if (letter.archive.empty()) continue;  // of what can't be written down
      try {
        look_at(letter, value_in(letter));
      } catch (const ps::codec_error& e) {
        fail(letter, std::string{"can't be read: "} + e.what());
      }
    }
    return std::move(violations_);
  }

 private:
  void fail(const ps::dead_letter_record& letter, const std::string& what) {
    violations_.push_back("the dead letter of '" + letter.stage + "' / '" + letter.op + "', item " +
                          std::to_string(letter.item) + " " + what);
  }

  void count() {
    std::map<std::string, std::uint64_t> written;
    for (const ps::dead_letter_record& letter : log_.letters) ++written[letter.stage];
    for (const ps::stage_snapshot& each : seen_.last.stages) {
      if (each.dead_letters == written[each.name]) continue;
      violations_.push_back("'" + each.name + "' counts " + std::to_string(each.dead_letters) +
                            " dead letters and wrote " + std::to_string(written[each.name]));
    }
  }

  const node* find(const std::string& name) const {
    const auto found = std::find_if(shape_.nodes.begin(), shape_.nodes.end(),
                                    [&](const node& each) { return each.name == name; });
    return found == shape_.nodes.end() ? nullptr : &*found;
  }

  static std::uint64_t value_in(const ps::dead_letter_record& letter) {
    static const std::string number_type = ps::item_codec_of<std::uint64_t>().type;
    static const std::string sole_type = ps::item_codec_of<sole_item>().type;
    if (letter.item_type == number_type) return ps::decode<std::uint64_t>(letter.archive);
    if (letter.item_type == sole_type) return ps::decode<sole_item>(letter.archive).held->value;
    return ps::decode<item>(letter.archive).value;
  }

  void look_at(const ps::dead_letter_record& letter, std::uint64_t value) {
    const ps::letter_number number{letter.item};
    if (number.what() == ps::letter_number::kind::at_end) return;  // it came of no item
    const node* at = find(letter.stage);
    const node* op = find(letter.op);
    // Stages with letters of their own keep their input; elsewhere it is what went into the operators.
    const bool of_outputs = at == nullptr || at->type == node_type::source || at->type == node_type::gather;
    // A number stands for one item, whatever is written about it.
    const auto stands_for = of_outputs ? letter.item : number.item();
    const auto known = values_.try_emplace({letter.stage, letter.op, stands_for}, value).first->second;
    if (known != value) fail(letter, "has the number of another item");
    if (letter.op.empty() && (at == nullptr || !faults(*at, value)))
      fail(letter, "holds an item that was good");
    if (op != nullptr && of_outputs && !faults(*op, value)) fail(letter, "holds an item that was good");
    const node* from = numbered_by(at, op);
    if (from != nullptr && source_value(*from, static_cast<std::uint32_t>(number.item())) != value)
      fail(letter, "holds another item than the source's of that number");
  }

  /// The source whose items have the very numbers of the letter; null if it is not that simple.
  const node* numbered_by(const node* at, const node* op) const {
    if (at != nullptr && at->type == node_type::source) return at;
    const bool relay = at == nullptr && op != nullptr;  // operators that are a stage of their own
    const node* reader = relay ? op : at;
    if (reader == nullptr || reader->inputs.size() != 1) return nullptr;
    const bool sorted = reader->keyed && (reader->options.workers.value_or(1) > 1 || shape_.resizes(*reader));
    const node& input = shape_.nodes[static_cast<std::size_t>(reader->inputs.front())];
    return input.type == node_type::source && !sorted && !input.chunks.keyed ? &input : nullptr;
  }

  const shape& shape_;
  const journal& log_;
  const facts& seen_;
  std::set<std::tuple<std::uint64_t, std::string, std::string, std::uint64_t, int>> keys_;
  std::map<std::tuple<std::string, std::string, std::uint64_t>, std::uint64_t> values_;
  std::vector<std::string> violations_;
};

}  // namespace

std::vector<std::string> check_letters(const shape& s, const journal& log, const facts& seen) {
  return letter_checker{s, log, seen}.run();
}

}  // namespace penstock_simulation
