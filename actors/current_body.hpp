#pragma once

#include <string>

namespace penstock {

/// Which stage's body this thread runs, for messages about what bodies must not do. One per thread.
class current_body {
 public:
  current_body(const std::string& graph, const std::string& stage) : outer_{innermost()} {
    graph_ = &graph;
    stage_ = &stage;
    innermost() = this;
  }
  ~current_body() { innermost() = outer_; }
  current_body(const current_body&) = delete;
  current_body& operator=(const current_body&) = delete;

  /// Null outside of bodies.
  static const std::string* stage() { return innermost() == nullptr ? nullptr : innermost()->stage_; }
  static const std::string& graph() { return *innermost()->graph_; }

 private:
  static current_body*& innermost() {
    thread_local current_body* body = nullptr;
    return body;
  }

  current_body* outer_;
  const std::string* graph_;
  const std::string* stage_;
};

}  // namespace penstock
