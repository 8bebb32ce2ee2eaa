#pragma once

#include <sqlite3.h>

#include <cstdint>

namespace penstock_test {

/// Counts statements that write, of all connections that are opened while it is there. One at a time, one
/// thread.
class statement_counter {
 public:
  statement_counter() {
    count() = 0;
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(&watch));
  }
  ~statement_counter() { sqlite3_reset_auto_extension(); }
  statement_counter(const statement_counter&) = delete;
  statement_counter& operator=(const statement_counter&) = delete;

  std::int64_t writes() const { return count(); }

 private:
  static std::int64_t& count() {
    static std::int64_t all = 0;
    return all;
  }
  static int note(unsigned, void*, void* of, void*) {
    count() += sqlite3_stmt_readonly(static_cast<sqlite3_stmt*>(of)) == 0 ? 1 : 0;
    return 0;
  }
  static int watch(sqlite3* connection, char**, const sqlite3_api_routines*) {
    return sqlite3_trace_v2(connection, SQLITE_TRACE_STMT, &note, nullptr);
  }
};

}  // namespace penstock_test
