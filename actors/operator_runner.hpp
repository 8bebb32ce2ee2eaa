#pragma once

#include <exception>
#include <string>
#include <vector>

#include <penstock/actors/body.hpp>
#include <penstock/actors/error_policy.hpp>
#include <penstock/actors/unwritten_letter.hpp>
#include <penstock/actors/worker_context.hpp>
#include <penstock/messages/item_codec.hpp>

namespace penstock {

/// A fused operator as errors and reports know it.
struct operator_plan {
  std::string name;
  error_policy policy;
};

/// What items of a chain have to do with what they came of.
enum class chain_items {
  one_each,      ///< item i is, or came of, input i
  of_one_input,  ///< all came of the first input
  at_end,        ///< they came of no input, but may be inputs themselves
};

/// Where a chain of operators stands, for its errors.
struct operator_site {
  run_state& run;
  const std::string& stage;
  const item_codec* codec;  ///< of `input`'s items
  const batch& input;       ///< what dead letters hold; empty: nothing
  chain_items items;
  std::uint64_t number;  ///< of the first input
  std::uint64_t output;  ///< of the chain's first item among the outputs of its input
  std::uint32_t attempt;
  std::uint32_t max_output = 0;  ///< most outputs of an item; 0: any number
  std::uint64_t max_item = 0;    ///< bytes of the heaviest output; 0: any weight
};

struct operator_result {
  std::uint64_t skipped = 0;
  std::vector<unwritten_letter> letters;
  std::exception_ptr error;  ///< set: the run fails
  std::string operation;     ///< the operator that threw it
};

/// Passes `items` through `operators` and applies the operators' policies to what they throw. The items'
/// tokens follow what comes of them.
operator_result apply_operators(chain& operators, const std::vector<operator_plan>& plans, batch& items,
                                const operator_site& site);

/// True if an operator's dead letters need the item that its input came of.
bool writes_dead_letters(const std::vector<operator_plan>& plans);

/// Where an item was when it was given up, and what it came of.
struct letter_origin {
  const std::string& stage;
  const std::string& operation;  ///< empty: the stage's own body
  std::uint64_t job;             ///< the source's delivery, 0 if it doesn't keep track of them
  std::uint64_t number;          ///< of the item in its stage
  std::uint32_t attempt;
};

/// The dead letter of an item. Throws what the item's type throws when it is encoded.
dead_letter_record make_dead_letter(const run_state& run, const letter_origin& from, const item_codec* codec,
                                    const std::byte* item, const std::exception_ptr& error);

}  // namespace penstock
