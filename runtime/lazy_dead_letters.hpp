#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <penstock/messages/dead_letter.hpp>
#include <penstock/runtime/dead_letter_store.hpp>

namespace penstock {

/// A dead letter store whose file is made when the first letter is written. Any thread.
class lazy_dead_letters final : public dead_letter_sink {
 public:
  explicit lazy_dead_letters(std::string path) : path_{std::move(path)} {}

  void write(const dead_letter_record& letter) override {
    const std::lock_guard lock{mutex_};
    if (!store_) store_ = std::make_unique<dead_letter_store>(path_);
    store_->write(letter);
  }

 private:
  std::string path_;
  std::mutex mutex_;
  std::unique_ptr<dead_letter_store> store_;
};

}  // namespace penstock
