#pragma once

/// \file
/// All that a program needs to describe graphs and run them. For dead letters, and wherever items are written
/// down, include <penstock/messages/codec.hpp> as well.

#include <penstock/messages/error.hpp>
#include <penstock/messages/generator.hpp>
#include <penstock/messages/outcome.hpp>
#include <penstock/messages/remote_error.hpp>
#include <penstock/messages/shared_buffer.hpp>
#include <penstock/runtime/describe.hpp>
#include <penstock/runtime/enter.hpp>
#include <penstock/runtime/graph.hpp>
#include <penstock/runtime/holding_options.hpp>
#include <penstock/runtime/literals.hpp>
#include <penstock/runtime/options.hpp>
#include <penstock/runtime/run.hpp>
#include <penstock/runtime/runtime.hpp>
#include <penstock/runtime/supervision_options.hpp>
