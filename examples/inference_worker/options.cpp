#include "options.hpp"

#include <charconv>
#include <stdexcept>

namespace inference {

namespace {

std::uint64_t parse_number(const std::string& flag, const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw std::invalid_argument(flag + " takes a number, not '" + text + "'");
  }
  return number;
}

}  // namespace

const char* const options_help =
    "inference_worker: classifies the Fashion-MNIST test images as jobs that lie in a spool directory\n"
    "  --data DIR     the images, as Debian's package dataset-fashion-mnist installs them\n"
    "  --out DIR      where results, images and report.html go (build/run)\n"
    "  --spool DIR    where the jobs lie; filled when empty (OUT/spool)\n"
    "  --queue sqlite:FILE    jobs lie in this queue instead; filled when empty\n"
    "  --queue redis://HOST[#NAME]    the same on a Redis server; also unix:///SOCKET[#NAME]\n"
    "  --images N     put only the first N test images into jobs\n"
    "  --seed N       another way to cut the images into jobs\n"
    "  --weights FILE the network's numbers, as train_classifier writes them\n"
    "  --fill         fill the spool and end\n";

options parse_options(const std::vector<std::string>& arguments) {
  options given;
  for (auto flag = arguments.begin(); flag != arguments.end(); ++flag) {
    const auto value = [&]() -> const std::string& {
      if (flag + 1 == arguments.end()) throw std::invalid_argument(*flag + " needs a value");
      return *(flag + 1);
    };
    if (*flag == "--fill") {
      given.fill_only = true;
      continue;
    }
    if (*flag == "--help") {
      given.help = true;
      continue;
    }
    if (*flag == "--data") {
      given.data = value();
    } else if (*flag == "--out") {
      given.out = value();
    } else if (*flag == "--spool") {
      given.spool = value();
    } else if (*flag == "--queue") {
      given.queue = value();
    } else if (*flag == "--weights") {
      given.weights = value();
    } else if (*flag == "--images") {
      given.images = static_cast<std::size_t>(parse_number(*flag, value()));
    } else if (*flag == "--seed") {
      given.seed = parse_number(*flag, value());
    } else {
      throw std::invalid_argument("unknown flag '" + *flag + "': --help lists those that there are");
    }
    ++flag;
  }
  return given;
}

}  // namespace inference
