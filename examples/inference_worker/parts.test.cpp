#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <random>
#include <set>
#include <sstream>
#include <string>

#include <penstock_test/catch.hpp>

#include "data/image_store.hpp"
#include "data/job_list.hpp"
#include "data/spool.hpp"
#include "data/whole_file.hpp"
#include "model/gradient.hpp"
#include "model/network.hpp"
#include "model/weights_file.hpp"
#include "report/picture.hpp"

using namespace inference;

namespace {

namespace fs = std::filesystem;

/// An empty directory that goes away with the test.
struct scratch {
  fs::path path =
      fs::temp_directory_path() / ("inference_worker_parts." + std::to_string(std::random_device{}()));
  scratch() { fs::create_directories(path); }
  ~scratch() { fs::remove_all(path); }
  std::string operator/(const char* name) const { return (path / name).string(); }
};

float small_random(std::mt19937& random) { return static_cast<float>(random() % 2001) / 10000.0F - 0.1F; }

std::vector<float> random_parameters(std::mt19937& random) {
  std::vector<float> parameters(layout::total);
  for (float& parameter : parameters) parameter = small_random(random);
  return parameters;
}

pixels random_image(std::mt19937& random) {
  pixels image{};
  for (float& value : image.values) value = 10 * small_random(random);
  return image;
}

float loss(const std::vector<float>& parameters, const pixels& image, std::size_t label) {
  activations at;
  return -std::log(softmax(network{parameters}.forward(image, at, false)).values[label]);
}

idx_images some_images(std::size_t count) {
  idx_images images{count, shape::side, shape::side, {}};
  for (std::size_t i = 0; i < count * shape::pixels; ++i)
    images.pixels.push_back(static_cast<std::uint8_t>(i % 251));
  return images;
}

}  // namespace

TEST_CASE("the gradient agrees with what a small step does to the loss, in every layer") {
  std::mt19937 random{3};
  std::vector<float> parameters = random_parameters(random);
  const pixels image = random_image(random);
  constexpr std::size_t label = 4;
  activations at;
  scores change = softmax(network{parameters}.forward(image, at, true));
  change.values[label] -= 1.0F;
  gradient slopes;
  slopes.add(parameters, at, change);
  const std::size_t begins[] = {layout::conv_1,      layout::conv_1_bias,  layout::conv_2,
                                layout::conv_2_bias, layout::dense_1,      layout::dense_1_bias,
                                layout::dense_2,     layout::dense_2_bias, layout::total};
  for (std::size_t layer = 0; layer + 1 < std::size(begins); ++layer) {
    // A step may cross the kink of a ReLU or a maximum, so directions are compared, not single numbers.
    float both = 0;
    float measured_square = 0;
    float computed_square = 0;
    for (int sample = 0; sample < 24; ++sample) {
      const std::size_t number = begins[layer] + random() % (begins[layer + 1] - begins[layer]);
      constexpr float step = 2e-3F;
      std::vector<float> moved = parameters;
      moved[number] += step;
      const float up = loss(moved, image, label);
      moved[number] -= 2 * step;
      const float measured = (up - loss(moved, image, label)) / (2 * step);
      const float computed = slopes.sum()[number];
      both += measured * computed;
      measured_square += measured * measured;
      computed_square += computed * computed;
    }
    INFO("layer " << layer);
    CHECK(both / std::sqrt(measured_square * computed_square) > 0.98F);
    CHECK(std::abs(std::sqrt(computed_square / measured_square) - 1.0F) < 0.1F);
  }
}

TEST_CASE("a weights file comes back as it was written, and a damaged one is refused") {
  const scratch directory;
  std::mt19937 random{5};
  const std::vector<float> parameters = random_parameters(random);
  const std::string path = directory / "weights.bin";
  write_weights(path, parameters);
  CHECK(read_weights(path) == parameters);
  std::string bytes = read_whole_file(path);
  bytes[5000] = static_cast<char>(bytes[5000] ^ 1);
  write_whole_file(path, bytes);
  CHECK_THROWS_WITH(read_weights(path), Catch::Contains("weights.bin is damaged"));
}

TEST_CASE("the jobs of a filled spool hold every image once, and the same seed makes the same jobs") {
  const scratch directory;
  spool jobs{directory / "spool"};
  spool again{directory / "again"};
  jobs.fill(make_jobs(3000, 9));
  again.fill(make_jobs(3000, 9));
  std::multiset<std::size_t> seen;
  while (const std::optional<job> next = jobs.take()) {
    const std::optional<job> twin = again.take();
    REQUIRE(twin.has_value());
    CHECK(twin->images == next->images);
    std::istringstream list{next->images};
    std::size_t size = 0;
    for (std::size_t image = 0; list >> image; ++size) seen.insert(image);
    CHECK((size >= 1 && size <= 400));
    jobs.done(next->name);
  }
  CHECK(seen.size() == 3000);
  CHECK(std::set<std::size_t>(seen.begin(), seen.end()).size() == 3000);
  CHECK(fs::is_empty(directory / "spool"));
}

TEST_CASE("a job that was given back, or left by a killed program, is taken again") {
  const scratch directory;
  write_whole_file(directory / "a.job", "1");
  write_whole_file(directory / "b.taken", "2");
  spool jobs{directory.path.string()};
  CHECK(jobs.waiting() == 2);
  CHECK(jobs.take()->name == "a");
  CHECK(jobs.take()->name == "b");
  jobs.give_back("a");
  CHECK(jobs.take()->name == "a");
}

TEST_CASE("the image store gives back what was written, and names an image that was changed or is missing") {
  const scratch directory;
  const idx_images images = some_images(250);
  write_image_store(directory.path.string(), images, 250);
  const image_store store{directory.path.string()};
  std::vector<std::uint8_t> bytes(shape::pixels);
  store.read(249, bytes);
  CHECK(std::equal(bytes.begin(), bytes.end(), images.pixels.end() - static_cast<long>(shape::pixels)));
  CHECK_THROWS_WITH(store.read(250, bytes), Catch::Contains("image 250") && Catch::Contains("cut short"));
  CHECK_THROWS_WITH(store.read(300, bytes), Catch::Contains("can't open " + store.path_of(300)));
  std::string file = read_whole_file(store.path_of(7));
  file[7 * (shape::pixels + 4) + 9] ^= 4;
  write_whole_file(store.path_of(7), file);
  CHECK_THROWS_WITH(store.read(7, bytes), Catch::Contains("image 7 in") && Catch::Contains("corrupt"));
  CHECK_NOTHROW(store.read(8, bytes));
}

TEST_CASE("a batch is classified image by image, and shares of the classes add up to 1") {
  std::mt19937 random{11};
  const std::vector<float> parameters = random_parameters(random);
  const std::vector<pixels> batch = {random_image(random), random_image(random), random_image(random)};
  std::vector<scores> results(batch.size());
  classifier{parameters}.host(batch, results);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    activations fresh;
    CHECK(results[i].values == network{parameters}.forward(batch[i], fresh, false).values);
    const scores shares = softmax(results[i]);
    float sum = 0;
    for (const float share : shares.values) sum += share;
    CHECK(std::abs(sum - 1.0F) < 1e-5F);
  }
}

TEST_CASE("a picture's address is a PNG in base64") {
  const std::vector<std::uint8_t> grey(12, 200);
  CHECK(png(grey, 3, 4).substr(1, 3) == "PNG");
  CHECK(png_address(grey, 3, 4).rfind("data:image/png;base64,iVBORw0KGgo", 0) == 0);
}
