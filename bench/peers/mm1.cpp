// M/M/1 at ρ = 0.8 on std::priority_queue in exact (time, turn) order. Arguments: customers, seed. Prints W and the seconds it took.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <queue>
#include <random>
#include <vector>

struct Event {
  double at;
  uint64_t turn;
  int what;
};
struct Later {
  bool operator()(const Event &x, const Event &y) const { return x.at > y.at || (x.at == y.at && x.turn > y.turn); }
};

int main(int, char **argv) {
  const long customers = std::atol(argv[1]);
  std::mt19937_64 engine(std::strtoull(argv[2], nullptr, 10));
  std::exponential_distribution<double> gap(0.8), service(1.0);
  const auto began = std::chrono::steady_clock::now();
  std::priority_queue<Event, std::vector<Event>, Later> queue;
  std::deque<double> waiting;
  uint64_t turn = 0;
  long left = customers, served = 0;
  double total = 0;
  queue.push({gap(engine), turn++, 0});
  while (!queue.empty()) {
    const Event e = queue.top();
    queue.pop();
    if (e.what == 0) {
      if (waiting.empty()) queue.push({e.at + service(engine), turn++, 1});
      waiting.push_back(e.at);
      if (--left > 0) queue.push({e.at + gap(engine), turn++, 0});
    } else {
      total += e.at - waiting.front();
      waiting.pop_front();
      served++;
      if (!waiting.empty()) queue.push({e.at + service(engine), turn++, 1});
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::printf("%.6f %.9f\n", total / served, took.count());
}
