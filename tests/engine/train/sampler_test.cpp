#include "engine/train/sampler.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>

#include "tests/engine/train/tiny_set.h"

using namespace cnn;
using namespace cnn::test;

namespace {

// The indices of the next batch; empty while waiting.
std::vector<std::uint32_t> next(Sampler& sampler, int batch, bool* epoch_end = nullptr) {
  const int count = sampler.prepare(batch);
  const std::vector<std::uint32_t> indices(sampler.indices(), sampler.indices() + count);
  if (count == 0) return {};
  const bool end = sampler.take(count);
  if (epoch_end != nullptr) *epoch_end = end;
  return indices;
}

std::vector<std::uint32_t> epoch(Sampler& sampler, int batch) {
  std::vector<std::uint32_t> order;
  for (bool end = false; !end;) {
    const std::vector<std::uint32_t> part = next(sampler, batch, &end);
    REQUIRE(!part.empty());
    order.insert(order.end(), part.begin(), part.end());
  }
  return order;
}

bool is_permutation_of_range(std::vector<std::uint32_t> list, std::uint32_t first, std::uint32_t end) {
  std::sort(list.begin(), list.end());
  std::vector<std::uint32_t> range(end - first);
  std::iota(range.begin(), range.end(), first);
  return list == range;
}

}  // namespace

TEST_CASE("sampler: the first epoch goes part by part, later ones mix everything") {
  const Dataset data = TinySet(100).dataset(40);
  Sampler sampler(data, 1);
  const auto first = epoch(sampler, 7);
  REQUIRE(first.size() == 100);
  CHECK(is_permutation_of_range({first.begin(), first.begin() + 40}, 0, 40));
  CHECK(is_permutation_of_range({first.begin() + 40, first.begin() + 80}, 40, 80));
  CHECK(is_permutation_of_range({first.begin() + 80, first.end()}, 80, 100));
  CHECK_FALSE(std::is_sorted(first.begin(), first.begin() + 40));
  CHECK(sampler.epoch() == 1);

  const auto second = epoch(sampler, 7);
  const auto third = epoch(sampler, 7);
  CHECK(is_permutation_of_range(second, 0, 100));
  CHECK_FALSE(is_permutation_of_range({second.begin(), second.begin() + 40}, 0, 40));
  CHECK(second != third);
  CHECK(sampler.epoch() == 3);
}

TEST_CASE("sampler: a shuffle is fair") {
  const Dataset data = TinySet(4).dataset(4);
  Sampler sampler(data, 5);
  std::vector<int> at_first(4, 0);
  std::vector<int> orders(256, 0);
  for (int i = 0; i < 24000; ++i) {
    const auto order = epoch(sampler, 4);
    ++at_first[order[0]];
    ++orders[order[0] * 64 + order[1] * 16 + order[2] * 4 + order[3]];
  }
  for (const int count : at_first) CHECK(std::abs(count - 6000) < 300);
  CHECK(std::count_if(orders.begin(), orders.end(), [](int n) { return n > 0; }) == 24);
  for (const int count : orders) CHECK((count == 0 || std::abs(count - 1000) < 150));
}

TEST_CASE("sampler: the seed decides, the batch size does not") {
  const Dataset data = TinySet(50).dataset(20);
  Sampler a(data, 3), b(data, 3), c(data, 4), d(data, 3);
  const auto order = epoch(a, 8);
  CHECK(epoch(b, 8) == order);
  CHECK(epoch(c, 8) != order);
  CHECK(epoch(d, 50) == order);
  CHECK(epoch(a, 1) == epoch(d, 13));
}

TEST_CASE("sampler: the last batch of an epoch is what is left") {
  const Dataset data = TinySet(10).dataset(10);
  Sampler sampler(data, 1);
  bool end = false;
  CHECK(next(sampler, 4, &end).size() == 4);
  CHECK_FALSE(end);
  CHECK(next(sampler, 4, &end).size() == 4);
  CHECK(next(sampler, 4, &end).size() == 2);
  CHECK(end);
  CHECK(next(sampler, 4, &end).size() == 4);
  CHECK_FALSE(end);
  Sampler large(data, 1);
  CHECK(next(large, 1000, &end).size() == 10);
  CHECK(end);
}

TEST_CASE("sampler: preparing twice is preparing once") {
  const Dataset data = TinySet(30).dataset(30);
  Sampler once(data, 1), twice(data, 1);
  for (int i = 0; i < 12; ++i) {
    twice.prepare(3);
    twice.prepare(9);
    CHECK(next(once, 5) == next(twice, 5));
  }
}

TEST_CASE("sampler: waits for parts, and their time of arrival changes nothing") {
  const TinySet set(60);
  const Dataset whole = set.dataset(20);
  Sampler expected(whole, 9);

  Dataset growing({6, 6, 1}, TinySet::kClasses, 60);
  Sampler sampler(growing, 9);
  CHECK(next(sampler, 8).empty());
  std::size_t arrived = 0;
  int waits = 0;
  for (int step = 0; step < 30; ++step) {
    auto batch = next(sampler, 8);
    while (batch.empty()) {
      ++waits;
      REQUIRE(arrived < 60);
      set.append_to(growing, arrived, 20);
      arrived += 20;
      batch = next(sampler, 8);
    }
    CHECK(batch == next(expected, 8));
  }
  CHECK(waits == 3);
}

TEST_CASE("sampler: a set of unknown size is what it has") {
  const TinySet set(30);
  Dataset data({6, 6, 1}, TinySet::kClasses, 0);
  Sampler sampler(data, 1);
  CHECK(next(sampler, 4).empty());
  set.append_to(data, 0, 10);
  CHECK(is_permutation_of_range(epoch(sampler, 4), 0, 10));
  next(sampler, 4);
  set.append_to(data, 10, 20);  // into an epoch under way: counts from the next one
  CHECK(epoch(sampler, 4).size() == 6);
  CHECK(is_permutation_of_range(epoch(sampler, 4), 0, 30));
}

TEST_CASE("sampler: a restored state goes on, also on a set that is arriving anew") {
  const TinySet set(60);
  const Dataset whole = set.dataset(20);
  for (const int steps : {0, 1, 3, 5, 8, 9, 20}) {
    INFO("after " << steps << " batches");
    Sampler original(whole, 2);
    for (int i = 0; i < steps; ++i) next(original, 8);
    const Sampler::State state = original.state();

    Dataset growing({6, 6, 1}, TinySet::kClasses, 60);
    Sampler other(growing, 77);
    REQUIRE(other.restore(state));
    std::size_t arrived = 0;
    for (int i = 0; i < 20; ++i) {
      auto batch = next(other, 8);
      while (batch.empty()) {
        REQUIRE(arrived < 60);
        set.append_to(growing, arrived, 20);
        arrived += 20;
        batch = next(other, 8);
      }
      CHECK(batch == next(original, 8));
    }
  }
}

TEST_CASE("sampler: states that cannot be are refused") {
  const Dataset data = TinySet(20).dataset(10);
  Sampler original(data, 2);
  next(original, 8);
  const Sampler::State good = original.state();
  REQUIRE(good.order.size() == 10);
  const auto refused = [&](auto change) {
    Sampler::State state = good;
    change(state);
    Sampler sampler(data, 2);
    const bool taken = sampler.restore(state);
    Sampler fresh(data, 2);
    CHECK(next(sampler, 8) == (taken ? std::vector<std::uint32_t>{} : next(fresh, 8)));
    return !taken;
  };
  CHECK(refused([](Sampler::State& s) { s.epoch = -1; }));
  CHECK(refused([](Sampler::State& s) { s.position = 11; }));
  CHECK(refused([](Sampler::State& s) { s.order[3] = 20; }));
  CHECK(refused([](Sampler::State& s) { s.order[3] = s.order[4]; }));
  CHECK(refused([](Sampler::State& s) { s.order.resize(21); }));
  CHECK(refused([](Sampler::State& s) {
    s.epoch = 1;
    s.position = 10;
  }));
}

TEST_CASE("sampler: a held-out share never comes, whenever the parts arrive") {
  const TinySet set(100);
  const Dataset data = set.dataset(40);
  Sampler sampler(data, 1, 0.2);
  const std::vector<std::uint32_t>& held = sampler.held_out();
  REQUIRE(held.size() == 20);
  CHECK(std::is_sorted(held.begin(), held.end()));
  CHECK(held != Sampler(data, 2, 0.2).held_out());
  // Not a stretch of the set: every part gives some.
  CHECK(held.front() < 40);
  CHECK(held.back() >= 80);

  // The other set arrives bit by bit; its parts begin where those of the first do.
  Dataset late({6, 6, 1}, TinySet::kClasses, 100);
  Sampler waiting(late, 1, 0.2);
  CHECK(waiting.held_out() == held);
  std::vector<std::uint32_t> first, second;
  std::size_t arrived = 0;
  while (first.size() < 80) {
    const std::vector<std::uint32_t> part = next(waiting, 7);
    first.insert(first.end(), part.begin(), part.end());
    if (part.empty()) {
      REQUIRE(arrived < 100);
      const std::size_t count = std::min<std::size_t>(40, 100 - arrived);
      set.append_to(late, arrived, count);
      arrived += count;
    }
  }
  for (const std::uint32_t index : first) CHECK_FALSE(std::binary_search(held.begin(), held.end(), index));
  CHECK(epoch(sampler, 7) == first);
  for (int i = 0; i < 3; ++i) {
    second = epoch(sampler, 9);
    CHECK(second.size() == 80);
    CHECK(second == epoch(waiting, 9));
    std::vector<std::uint32_t> all = second;
    all.insert(all.end(), held.begin(), held.end());
    CHECK(is_permutation_of_range(all, 0, 100));
  }
}
