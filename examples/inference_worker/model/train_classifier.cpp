// Makes weights.bin from the 60,000 training images: train_classifier [--data DIR] [--out FILE] [--seed N]
// [--epochs N].

#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>

#include "data/dataset.hpp"
#include "model/trainer.hpp"
#include "model/weights_file.hpp"

namespace {

struct arguments {
  std::string data = inference::default_data_directory;
  std::string out = "weights.bin";
  inference::training_plan plan;
};

arguments parse(int argc, char** argv) {
  arguments parsed;
  for (int i = 1; i < argc; i += 2) {
    const std::string flag = argv[i];
    if (i + 1 == argc) throw std::invalid_argument(flag + " needs a value");
    const std::string value = argv[i + 1];
    if (flag == "--data") {
      parsed.data = value;
    } else if (flag == "--out") {
      parsed.out = value;
    } else if (flag == "--seed") {
      parsed.plan.seed = std::stoull(value);
    } else if (flag == "--epochs") {
      parsed.plan.epochs = static_cast<unsigned>(std::stoul(value));
    } else {
      throw std::invalid_argument("unknown flag " + flag);
    }
  }
  return parsed;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const arguments given = parse(argc, argv);
    const inference::dataset training = inference::load_training_set(given.data);
    const inference::dataset test = inference::load_test_set(given.data);
    const auto report = [&](const inference::epoch_result& result, const std::vector<float>& parameters) {
      std::printf("epoch %2u: loss %.4f, training accuracy %.2f %%, test accuracy %.2f %%\n", result.epoch,
                  result.loss, 100 * result.accuracy,
                  100 * inference::accuracy(parameters, test.images, test.labels));
      std::fflush(stdout);
    };
    inference::write_weights(given.out,
                             inference::train(training.images, training.labels, given.plan, report));
    std::printf("wrote %s\n", given.out.c_str());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "train_classifier: %s\n", error.what());
    return 1;
  }
}
