// Errors: what is tried again, what is written down as a dead letter, and what ends the run.
//
// An exception from a body is a failed item. The stage's policy says what becomes of it, rule by rule: here a
// busy server is asked again, an order that can't be read is put aside, and the rest of the day's work is
// done all the same.

#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/describe.hpp>
#include <penstock/messages/codec.hpp>
#include <penstock/penstock.hpp>

namespace ps = penstock;
using namespace ps::literals;

namespace {

struct order {
  int number = 0;
  std::string quantity;
};
BOOST_DESCRIBE_STRUCT(order, (), (number, quantity))  // so that a dead letter can hold it

struct server_busy : std::runtime_error {
  using std::runtime_error::runtime_error;
};

const std::vector<order> orders{{1, "12"}, {2, "seven"}, {3, "30"}, {4, "5"}, {5, ""}};

/// How many pieces an order asks for. The server of order 3 is busy twice.
int pieces_of(ps::worker_context& context, const order& o) {
  if (o.number == 3 && context.attempt() < 3) {
    std::cout << "order 3, attempt " << context.attempt() << ": busy\n";
    throw server_busy{"try again later"};
  }
  if (o.quantity.empty() || o.quantity.find_first_not_of("0123456789") != std::string::npos)
    throw std::invalid_argument{"order " + std::to_string(o.number) + ": '" + o.quantity + "' is no number"};
  return std::stoi(o.quantity);
}

}  // namespace

int main() {
  ps::runtime_options options;
  options.dead_letters = "orders-dead-letters.sqlite";
  ps::runtime rt{options};

  int total = 0;
  ps::graph g{"orders"};
  g.source("orders", orders)
      .stage("read", &pieces_of, ps::on_error(ps::retry(3, 10ms).when<server_busy>(), ps::dead_letter()))
      .sink("add", [&](int pieces) { total += pieces; });

  ps::run r = rt.start(g);
  r.wait();

  for (const auto& stage : r.snapshot().stages)
    if (stage.name == "read")
      std::cout << stage.out << " orders read, " << stage.retries << " retries, " << stage.dead_letters
                << " dead letters in " << options.dead_letters << '\n';
  std::cout << "pieces: " << total << '\n';

  // Without a rule the first failure ends the run, and wait() throws the very exception that the body threw.
  ps::graph strict{"strict"};
  strict.source("orders", orders).stage("read", &pieces_of).sink("add", [](int) {});
  try {
    rt.start(strict).wait();
  } catch (const std::invalid_argument& error) {
    std::cout << "strict: " << error.what() << '\n';
    return 0;
  }
  return 1;
}
