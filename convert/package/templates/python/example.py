"""What the network answers for zeros: python example.py. {{origin}}"""

import {{package}}

network = {{package}}.Network()
network.self_test()
given = [bytes(one.size) for one in {{package}}.INPUTS]
print(network.run(*given))
