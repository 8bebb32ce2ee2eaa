#pragma once

#include <cstdint>

namespace reliability {

/// The replaced operator new of this program. Allocations are counted, and fail, only if they are asked for
/// by code of this program and the libraries of penstock in it, standard library included: those whose caller
/// is a shared library of others (CAF, SQLite, spdlog) always succeed.
class failing_new {
 public:
  /// From now on, blocks that are alive are counted. Before that, allocations cost nothing more than
  /// elsewhere.
  static void count_blocks();
  static std::int64_t living_blocks();

  /// The `n`-th allocation from now on throws std::bad_alloc, on whatever thread, and `more` after it; n
  /// from 1.
  static void arm(std::uint64_t n, std::uint64_t more);
  static void disarm();
  /// Allocations of our own since `arm`.
  static std::uint64_t asked();
  /// Did one fail?
  static bool hit();
};

}  // namespace reliability
