"""M/M/1 at rho = 0.8 in SimPy. Arguments: customers, seed. Prints W and the seconds it took."""
import random
import sys
import time

import simpy


def main(customers, seed):
    draw = random.Random(seed)
    env = simpy.Environment()
    server = simpy.Resource(env, capacity=1)
    total = [0.0]

    def customer(env):
        came = env.now
        with server.request() as turn:
            yield turn
            yield env.timeout(draw.expovariate(1.0))
        total[0] += env.now - came

    def source(env):
        for _ in range(customers):
            yield env.timeout(draw.expovariate(0.8))
            env.process(customer(env))

    env.process(source(env))
    began = time.perf_counter()
    env.run()
    print(total[0] / customers, time.perf_counter() - began)


main(int(sys.argv[1]), int(sys.argv[2]))
