#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <penstock/penstock.hpp>

namespace role_program {

namespace ps = penstock;

using words = std::vector<std::string>;
/// Gets the program's arguments behind the scenario's name; returns the exit code.
using scenario = std::function<int(ps::runtime&, const words&)>;
using scenarios = std::map<std::string, scenario>;

scenarios work_scenarios();
scenarios death_scenarios();
scenarios process_scenarios();
scenarios idle_scenarios();
scenarios chunk_scenarios();
scenarios protocol_scenarios();

/// 1, 2, 3 ... `count`.
std::vector<int> numbers(int count);
/// The processes that this one has started.
std::vector<int> children();
/// Runs the graph and prints what stage `of` did: "in 100 out 99 letters 1 restarts 3", and the run's
/// failure.
int run_and_tell(ps::runtime& rt, const ps::graph& g, const std::string& of);

}  // namespace role_program
