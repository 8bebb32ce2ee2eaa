#include <penstock/runtime/letter_groups.hpp>

#include <cstdint>
#include <vector>

#include <penstock/messages/letter_number.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;

namespace {

ps::open_letter letter(std::int64_t id, ps::letter_number number) {
  return {id, "run", 7, "stage", number.written(), 1, 99};
}

using groups = std::vector<std::vector<std::int64_t>>;

groups ids_of(const std::vector<ps::letter_group>& all) {
  groups found;
  for (const auto& each : all) found.push_back(each.ids);
  return found;
}

}  // namespace

TEST_CASE("letters of several outputs of one input are a group, in the order of their first letters") {
  const auto of = [](std::uint64_t item, std::uint64_t output) {
    return *ps::letter_number::of(item, output);
  };
  const auto all = ps::group_letters({letter(1, of(5, 0)), letter(2, of(6, 3)), letter(3, of(5, 2)),
                                      letter(4, of(6, 0)), letter(5, of(5, 1))});
  CHECK(ids_of(all) == groups{{1, 3, 5}, {2, 4}});
  CHECK(all.front().stage == "stage");
}

TEST_CASE("letters of another run, job, stage or attempt, or with another item, are of another input") {
  std::vector<ps::open_letter> all(6, letter(0, *ps::letter_number::of(5, 0)));
  all[1].run = "other";
  all[2].job = 8;
  all[3].stage = "other";
  all[4].attempt = 2;
  all[5].content = 98;
  CHECK(ps::group_letters(all).size() == 6);
}

TEST_CASE("letters that came of no item, or are counted, are alone") {
  using kind = ps::letter_number::kind;
  CHECK(ps::group_letters({letter(1, ps::letter_number::of(kind::counted, 1)),
                           letter(2, ps::letter_number::of(kind::counted, 2)),
                           letter(3, ps::letter_number::of(kind::at_end, 1)),
                           letter(4, *ps::letter_number::of(1, 0))})
            .size() == 4);
}
