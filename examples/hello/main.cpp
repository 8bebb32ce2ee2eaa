// The smallest pipeline worth having: a source, a stage, a sink.
//
// Words go in, and a table of the longest ones comes out. Each of the three runs on its own; none gets
// further ahead of the next than its capacity allows. `run` returns when the last word has arrived.

#include <cctype>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include <penstock/penstock.hpp>

namespace ps = penstock;

namespace {

const std::vector<std::string> proverb{"Little", "drops", "of",       "water,", "little", "grains",
                                       "of",     "sand,", "make",     "the",    "mighty", "ocean,",
                                       "and",    "the",   "pleasant", "land."};

std::string letters_of(const std::string& word) {
  std::string letters;
  for (const char c : word)
    if (std::isalpha(static_cast<unsigned char>(c)) != 0)
      letters += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return letters;
}

}  // namespace

int main(int argc, char** argv) {
  ps::runtime rt{argc, argv};

  std::map<std::string, int> counts;  // the sink has one worker: no lock is needed

  ps::graph g{"hello"};
  g.source("proverb", proverb)
      .stage("letters", &letters_of)
      .filter([](const std::string& word) { return word.size() > 3; })
      .sink("count", [&](const std::string& word) { ++counts[word]; });

  const int code = rt.run(g);

  for (const auto& [word, count] : counts)
    std::cout << word << ' ' << std::string(static_cast<std::size_t>(count), '*') << '\n';
  std::cout << counts.size() << " different words of more than three letters\n";
  return code;
}
