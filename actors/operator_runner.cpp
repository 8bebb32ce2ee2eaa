#include <algorithm>
#include <optional>
#include <utility>

#include <penstock/actors/chunk_token.hpp>
#include <penstock/actors/operator_runner.hpp>
#include <penstock/actors/scope_token.hpp>
#include <penstock/messages/dead_letter.hpp>

namespace penstock {

namespace {

class error_handler final : public operator_errors {
 public:
  error_handler(const std::vector<operator_plan>& plans, const lineage& tokens, const operator_site& site,
                operator_result& result)
      : plans_{plans}, tokens_{tokens}, site_{site}, result_{result} {}

  bool skip(std::size_t operation, std::uint32_t item, const std::exception_ptr& error) override {
    const operator_plan& op = plans_[operation];
    const auto decision = op.policy.decide(site_.attempt, error, 0);
    const auto action = decision.action;
    if (action == error_action::skip) {
      ++result_.skipped;
      return true;
    }
    if (action == error_action::dead_letter) return write(op, item, error);
    if (!decision.by_rule && leave_outcome(op, item, error)) return true;
    return stop(op, error);
  }

 private:
  bool write(const operator_plan& op, std::uint32_t item, const std::exception_ptr& error) {
    try {
      const std::uint32_t index = site_.items == chain_items::of_one_input ? 0 : item;
      const std::byte* input = index < site_.input.size() ? site_.input.item(index) : nullptr;
      token* const of = tokens_.at(item);
      const auto number = number_of(item);
      unwritten_letter letter;
      letter.letter = make_dead_letter(site_.run,
                                       {site_.stage, op.name, of == nullptr ? 0 : of->job(),
                                        number ? number->written() : 0, site_.attempt},
                                       site_.codec, input, error);
      letter.letter.exception_text += jobs_of(of);
      if (!number)
        letter.counted =
            site_.items == chain_items::at_end ? letter_number::kind::at_end : letter_number::kind::counted;
      letter.tokens.append(ref<token>{of}, 1);
      result_.letters.push_back(std::move(letter));
      return true;
    } catch (...) {
      return stop(op, std::current_exception());
    }
  }

  std::optional<letter_number> number_of(std::uint32_t item) const {
    if (site_.items == chain_items::at_end) return std::nullopt;
    const bool alone = site_.items == chain_items::one_each;
    return letter_number::of(site_.number + (alone ? item : 0), site_.output + (alone ? 0 : item));
  }

  /// Between scatter and gather an operator's failure becomes an outcome.
  bool leave_outcome(const operator_plan& op, std::uint32_t item, const std::exception_ptr& error) {
    auto* piece = dynamic_cast<scope_token*>(tokens_.at(item));
    if (piece == nullptr) return false;
    piece->of().add_failure(make_failure(op.name, static_cast<int>(site_.attempt), error));
    return true;
  }

  bool stop(const operator_plan& op, const std::exception_ptr& error) {
    result_.error = error;
    result_.operation = op.name;
    return false;
  }

  const std::vector<operator_plan>& plans_;
  const lineage& tokens_;
  const operator_site& site_;
  operator_result& result_;
};

}  // namespace

operator_result apply_operators(chain& operators, const std::vector<operator_plan>& plans, batch& items,
                                const operator_site& site) {
  operator_result result;
  const lineage tokens = std::move(items.tokens());
  items.tokens() = lineage{};
  chain_work work;
  work.count_outputs = !tokens.empty();
  work.max_output = site.max_output;
  work.max_item = site.max_item;
  work.in = std::move(items);
  error_handler handler{plans, tokens, site, result};
  operators.apply(work, handler);
  items = std::move(work.out);
  if (!tokens.empty() && !items.empty()) items.tokens() = tokens.expand(work.counts);
  if (result.error) tokens.flag("operator '" + result.operation + "' failed");
  return result;
}

bool writes_dead_letters(const std::vector<operator_plan>& plans) {
  return std::any_of(plans.begin(), plans.end(),
                     [](const operator_plan& op) { return op.policy.uses(error_action::dead_letter); });
}

dead_letter_record make_dead_letter(const run_state& run, const letter_origin& from, const item_codec* codec,
                                    const std::byte* item, const std::exception_ptr& error) {
  const exception_description told = describe_exception(error);
  dead_letter_record letter;
  letter.graph = run.graph;
  letter.job = from.job;
  letter.stage = from.stage;
  letter.op = from.operation;
  letter.item = from.number;
  letter.attempt = static_cast<int>(from.attempt);
  letter.exception_type = told.type;
  letter.exception_text = told.text;
  if (codec != nullptr && item != nullptr) {
    codec->encode(item, letter.archive);
    letter.json = codec->json(item);
    letter.item_type = codec->type;
    letter.schema = codec->schema();
  }
  return letter;
}

}  // namespace penstock
