#include "model/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <stdexcept>

#include "model/gradient.hpp"
#include "model/image.hpp"
#include "model/network.hpp"

namespace inference {

namespace {

// The engine's raw numbers are the same everywhere; the standard's distributions are not, so we make our own.
using engine = std::mt19937_64;

std::size_t below(engine& random, std::size_t bound) { return static_cast<std::size_t>(random() % bound); }

float uniform(engine& random) { return static_cast<float>(random() >> 40U) / static_cast<float>(1U << 24U); }

/// Random numbers of a spread that keeps signals the same size from layer to layer (He's rule).
void fill_layer(engine& random, std::vector<float>& parameters, std::size_t from, std::size_t to,
                std::size_t inputs) {
  const float width = std::sqrt(6.0F / static_cast<float>(inputs));
  for (std::size_t i = from; i < to; ++i) parameters[i] = (2.0F * uniform(random) - 1.0F) * width;
}

std::vector<float> first_parameters(engine& random) {
  std::vector<float> parameters(layout::total);
  fill_layer(random, parameters, layout::conv_1, layout::conv_1_bias, 9);
  fill_layer(random, parameters, layout::conv_2, layout::conv_2_bias, 9 * shape::channels_1);
  fill_layer(random, parameters, layout::dense_1, layout::dense_1_bias, shape::features);
  fill_layer(random, parameters, layout::dense_2, layout::dense_2_bias, shape::hidden);
  return parameters;
}

/// Adam with decoupled weight decay.
class adam {
 public:
  explicit adam(std::size_t count) : mean_(count), square_(count) {}

  void step(std::vector<float>& parameters, std::span<const float> sum, float scale, float rate,
            float decay) {
    ++steps_;
    const float fix_mean = 1.0F / (1.0F - std::pow(keep_mean, static_cast<float>(steps_)));
    const float fix_square = 1.0F / (1.0F - std::pow(keep_square, static_cast<float>(steps_)));
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const float slope = sum[i] * scale;
      mean_[i] = keep_mean * mean_[i] + (1.0F - keep_mean) * slope;
      square_[i] = keep_square * square_[i] + (1.0F - keep_square) * slope * slope;
      parameters[i] -=
          rate * (mean_[i] * fix_mean / (std::sqrt(square_[i] * fix_square) + 1e-8F) + decay * parameters[i]);
    }
  }

 private:
  static constexpr float keep_mean = 0.9F;
  static constexpr float keep_square = 0.999F;
  std::vector<float> mean_;
  std::vector<float> square_;
  std::uint64_t steps_ = 0;
};

/// The image moved by up to one pixel each way and mirrored half of the time: a garment stays the same
/// garment.
pixels varied(engine& random, const std::uint8_t* bytes) {
  std::array<std::uint8_t, shape::pixels> changed{};
  const bool mirror = below(random, 2) == 0;
  const int down = static_cast<int>(below(random, 3)) - 1;
  const int right = static_cast<int>(below(random, 3)) - 1;
  constexpr int side = static_cast<int>(shape::side);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const int from_y = y - down;
      const int from_x = (mirror ? side - 1 - x : x) - right;
      if (from_y < 0 || from_y >= side || from_x < 0 || from_x >= side) continue;
      changed[static_cast<std::size_t>(y * side + x)] = bytes[from_y * side + from_x];
    }
  }
  return to_pixels(changed);
}

std::size_t best_class(const scores& values) {
  return static_cast<std::size_t>(std::max_element(values.values.begin(), values.values.end()) -
                                  values.values.begin());
}

void check(const idx_images& images, const std::vector<std::uint8_t>& labels) {
  if (images.count != labels.size() || images.rows != shape::side || images.columns != shape::side) {
    throw std::invalid_argument("images and labels don't fit each other or the network's 28 x 28 pixels");
  }
  if (std::any_of(labels.begin(), labels.end(), [](std::uint8_t label) { return label >= shape::classes; })) {
    throw std::invalid_argument("a label is none of the classes 0 to 9");
  }
}

}  // namespace

std::vector<float> train(
    const idx_images& images, const std::vector<std::uint8_t>& labels, const training_plan& plan,
    const std::function<void(const epoch_result&, const std::vector<float>&)>& after_epoch) {
  check(images, labels);
  engine random{plan.seed};
  std::vector<float> parameters = first_parameters(random);
  network net{parameters};
  activations at;
  gradient slopes;
  adam optimizer{parameters.size()};
  std::vector<std::size_t> order(images.count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::size_t batches = (images.count + plan.batch - 1) / plan.batch;

  for (unsigned epoch = 0; epoch < plan.epochs; ++epoch) {
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[below(random, i)]);
    double loss = 0;
    std::size_t right = 0;
    for (std::size_t batch = 0; batch < batches; ++batch) {
      const std::size_t begin = batch * plan.batch;
      const std::size_t end = std::min(begin + plan.batch, order.size());
      slopes.clear();
      for (std::size_t i = begin; i < end; ++i) {
        const std::uint8_t* const bytes = images.pixels.data() + order[i] * shape::pixels;
        const std::size_t label = labels[order[i]];
        const pixels image = plan.augment ? varied(random, bytes) : to_pixels({bytes, shape::pixels});
        scores change = softmax(net.forward(image, at, true));
        loss -= std::log(std::max(change.values[label], 1e-12F));
        right += best_class(change) == label ? 1 : 0;
        change.values[label] -= 1.0F;
        slopes.add(parameters, at, change);
      }
      const float progress =
          static_cast<float>(epoch * batches + batch) / static_cast<float>(plan.epochs * batches);
      const float rate = plan.first_rate * 0.5F * (1.0F + std::cos(3.14159265F * progress));
      optimizer.step(parameters, slopes.sum(), 1.0F / static_cast<float>(end - begin), rate, plan.decay);
      net.assign(parameters);
    }
    const double count = static_cast<double>(images.count);
    after_epoch({epoch + 1, loss / count, static_cast<double>(right) / count}, parameters);
  }
  return parameters;
}

double accuracy(const std::vector<float>& parameters, const idx_images& images,
                const std::vector<std::uint8_t>& labels) {
  check(images, labels);
  const network net{parameters};
  activations at;
  std::size_t right = 0;
  for (std::size_t i = 0; i < images.count; ++i) {
    const pixels image = to_pixels({images.pixels.data() + i * shape::pixels, shape::pixels});
    right += best_class(net.forward(image, at, false)) == labels[i] ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(images.count);
}

}  // namespace inference
