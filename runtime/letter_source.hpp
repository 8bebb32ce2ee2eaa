#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <penstock/actors/source_body.hpp>
#include <penstock/messages/item_codec.hpp>
#include <penstock/runtime/dead_letter_store.hpp>

namespace penstock {

/// The item of a letter, which another version of the program may have written. Throws codec_error where the
/// codec's type can't read it. `notes` may be null.
batch item_in(const dead_letter_record& letter, const item_codec& codec, read_notes* notes = nullptr);

/// Hands out inputs of one stage that left letters, one at a time and each once, however many letters it
/// left. Marks these as replayed when nothing that came of the input is left. Where there is no room for the
/// mark, it hands out nothing new and does not end before there is; what an abort keeps it from marking is
/// named in the log, as it will be handed out once more.
class letter_source final : public source_body {
 public:
  /// By inputs: the ids of the letters of each.
  using inputs = std::vector<std::vector<std::int64_t>>;

  letter_source(std::shared_ptr<dead_letter_store> store, const item_codec& codec, inputs letters)
      : store_{std::move(store)}, codec_{codec}, letters_{std::move(letters)} {}

  void fill(fill_work& work, source_context& context) override;
  void settle(std::uint64_t job, bool flagged, const std::string& reason) override;
  void refuse_open(const std::string&) override { open_.clear(); }
  void stop(source_context& context) override;
  bool drain() override;

 private:
  bool mark();
  static void warn(source_context& context, const std::string& what);
  void hold(source_context& context);
  void hand_out(fill_work& work);
  batch input_of(const std::vector<std::int64_t>& letters) const;

  std::shared_ptr<dead_letter_store> store_;
  const item_codec& codec_;
  inputs letters_;
  std::size_t next_ = 0;
  std::map<std::uint64_t, std::size_t> open_;  ///< places of inputs by the number of their delivery
  std::deque<std::int64_t> unmarked_;          ///< letters that are done, and wait for room for the mark
  std::chrono::nanoseconds delay_{0};          ///< until the next try; 0: there was room the last time
  std::string no_room_;
};

}  // namespace penstock
