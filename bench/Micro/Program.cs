using BenchmarkDotNet.Running;
using Larder.Benchmarks;
using Larder.Benchmarks.Ratios;

// "ratios" measures all candidates interleaved in this process and prints one table; everything else goes to BenchmarkDotNet.
if (args is ["ratios", ..])
{
    RatioRun.Run(args[1..]);
}
else
{
    BenchmarkSwitcher.FromAssembly(typeof(Product).Assembly).Run(args);
}
