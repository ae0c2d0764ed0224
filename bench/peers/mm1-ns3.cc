// M/M/1 at ρ = 0.8 on ns-3's simulator with its Map scheduler. Arguments: customers, seed. Prints W and the seconds it took.
#include "ns3/core-module.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <random>

using namespace ns3;

static std::mt19937_64 engine;
static std::exponential_distribution<double> gap(0.8), service(1.0);
static std::deque<int64_t> waiting;
static long left = 0, served = 0;
static double total = 0;

// one unit is a millisecond; ns-3 keeps nanoseconds
static Time Draw(std::exponential_distribution<double> &of) { return NanoSeconds(static_cast<int64_t>(of(engine) * 1e6)); }

static void Done() {
  total += (Simulator::Now().GetNanoSeconds() - waiting.front()) / 1e6;
  waiting.pop_front();
  served++;
  if (!waiting.empty()) Simulator::Schedule(Draw(service), &Done);
}

static void Arrive() {
  if (waiting.empty()) Simulator::Schedule(Draw(service), &Done);
  waiting.push_back(Simulator::Now().GetNanoSeconds());
  if (--left > 0) Simulator::Schedule(Draw(gap), &Arrive);
}

int main(int, char **argv) {
  left = std::atol(argv[1]);
  engine.seed(std::strtoull(argv[2], nullptr, 10));
  ObjectFactory map;
  map.SetTypeId("ns3::MapScheduler");
  Simulator::SetScheduler(map);
  const auto began = std::chrono::steady_clock::now();
  Simulator::Schedule(Draw(gap), &Arrive);
  Simulator::Run();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  Simulator::Destroy();
  std::printf("%.6f %.9f\n", total / served, took.count());
}
