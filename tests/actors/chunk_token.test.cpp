#include <penstock/actors/chunk_token.hpp>

#include <memory>

#include <penstock/actors/delivery_token.hpp>
#include <penstock_test/batches.hpp>
#include <penstock_test/catch.hpp>
#include <penstock_test/recorder.hpp>

namespace ps = penstock;
using namespace penstock_test;

namespace {

struct deliveries {
  ps::ref<ps::settled_deliveries> told = ps::make_ref<ps::settled_deliveries>(ps::make_ref<recorder>());

  ps::lineage of(const std::vector<std::uint64_t>& jobs, std::int64_t born = 0) {
    ps::lineage made;
    for (const auto job : jobs) made.append(ps::ref<ps::token>{new ps::delivery_token{told, job, born}}, 1);
    return made;
  }
  /// Takes the verdicts: how many, and how many with a flag and this reason.
  std::pair<int, int> verdicts(const std::string& reason) {
    std::pair<int, int> found;
    for (auto* each = told->take(); each != nullptr;) {
      const std::unique_ptr<ps::delivery_token> one{each};
      each = one->next();
      ++found.first;
      if (one->flagged() && one->reason() == reason) ++found.second;
    }
    return found;
  }
};

}  // namespace

TEST_CASE("a chunk's token lets go of all its items' tokens at once") {
  deliveries jobs;
  auto all = ps::one_token(jobs.of({0, 1, 2}));
  auto copy = all;
  all = nullptr;
  CHECK(jobs.verdicts("").first == 0);
  copy = nullptr;
  CHECK(jobs.verdicts("").first == 3);
}

TEST_CASE("a flag on a chunk's token reaches every job of it, with its reason") {
  deliveries jobs;
  auto all = ps::one_token(jobs.of({0, 1, 2}));
  all->flag("the sink failed");
  all = nullptr;
  CHECK(jobs.verdicts("the sink failed") == std::pair{3, 3});
}

TEST_CASE("a chunk that nobody wants leaves its jobs unwanted, not failed") {
  deliveries jobs;
  auto all = ps::one_token(jobs.of({0, 1}));
  all->flag({"enough", true});
  all = nullptr;
  const std::unique_ptr<ps::delivery_token> first{jobs.told->take()};
  const std::unique_ptr<ps::delivery_token> second{first->next()};
  CHECK(first->unwanted());
  CHECK(second->unwanted());
}

TEST_CASE("a chunk's token names its first job, and all of them") {
  deliveries jobs;
  auto all = ps::one_token(jobs.of({4, 2, 7}, 50));
  CHECK(all->job() == 5);
  std::vector<std::uint64_t> named;
  all->name_jobs(named);
  CHECK(named == std::vector<std::uint64_t>{5, 3, 8});
  CHECK(all->born() == 50);
}

TEST_CASE("chunks of chunks name the jobs of all and settle them") {
  deliveries jobs;
  ps::lineage inner;
  inner.append(ps::one_token(jobs.of({0, 1})), 1);
  inner.append(ps::one_token(jobs.of({2, 3})), 1);
  auto all = ps::one_token(std::move(inner));
  CHECK(ps::jobs_of(all.get()) == " (of jobs 1 to 4)");
  all->flag("lost");
  all = nullptr;
  CHECK(jobs.verdicts("lost") == std::pair{4, 4});
}

TEST_CASE("items of one job keep that job's token, and items without one get none") {
  deliveries jobs;
  auto one = jobs.of({0});
  const auto* before = one.at(0);
  CHECK(ps::one_token(std::move(one)).get() == before);
  ps::lineage none;
  none.append(ps::ref<ps::token>{}, 5);
  CHECK(ps::one_token(std::move(none)) == nullptr);
}

TEST_CASE("a text names the jobs of a chunk in ranges, and nothing where there is one") {
  deliveries jobs;
  CHECK(ps::jobs_of(ps::one_token(jobs.of({2, 3, 4, 8, 0})).get()) == " (of jobs 1, 3 to 5, 9)");
  CHECK(ps::jobs_of(ps::one_token(jobs.of({2, 3})).get()) == " (of jobs 3, 4)");
  CHECK(ps::jobs_of(ps::one_token(jobs.of({2})).get()).empty());
  CHECK(ps::jobs_of(nullptr).empty());
}
