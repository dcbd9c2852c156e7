-- The peer of benches/symmetry.rs: Macaulay2's Matroids package on the Jacobian of lrnn(1, 3, 1, steps=7), 15 weights.
--
--   M2 --script benches/macaulay2.m2
--
-- The labels are the Markov parameters D W^k B, k = 0 … 6; the Jacobian is taken at one random point over the field of
-- 32,003 elements, as is usual there. The Tutte polynomial gives the number of bases: T(1, 1).
needsPackage "Matroids"
n = 3; steps = 7
F = ZZ/32003
R = F[d_1..d_n, w_1..w_(n^2), b_1..b_n]
D = matrix {toList(d_1..d_n)}
W = matrix apply(n, i -> apply(n, j -> w_(n*i+j+1)))
B = transpose matrix {toList(b_1..b_n)}
labels = apply(steps, k -> (D * W^k * B)_(0,0))
setRandomSeed 1
point = map(F, R, random(F^1, F^(numgens R)))
J = point jacobian matrix {labels}
M = matroid transpose J
start = cpuTime()
T = tuttePolynomial M
print("rank " | toString rank M | ", bases " | toString sub(T, {(ring T)_0 => 1, (ring T)_1 => 1}) | ", seconds " | toString(cpuTime() - start))
