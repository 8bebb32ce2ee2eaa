#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>

#include <penstock/messages/dead_letter.hpp>
#include <penstock/runtime/dead_letter_store.hpp>

namespace penstock {

/// A dead letter store whose file is made when the first letter is written. Any thread.
class lazy_dead_letters final : public dead_letter_sink {
 public:
  explicit lazy_dead_letters(std::string path) : path_{std::move(path)} {}

  void write(const dead_letter_record& letter) override { store().write(letter); }
  std::size_t write_some(std::span<const dead_letter_record* const> letters) override {
    return store().write_some(letters);
  }

 private:
  dead_letter_store& store() {
    const std::lock_guard lock{mutex_};
    if (!store_) store_ = std::make_unique<dead_letter_store>(path_);
    return *store_;
  }

  std::string path_;
  std::mutex mutex_;
  std::unique_ptr<dead_letter_store> store_;
};

}  // namespace penstock
