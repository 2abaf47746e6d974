using ResellerPortal.Benchmarks;

var benchmarks = new Dictionary<string, Func<Options, Task>>
{
    ["metering"] = MeteringBenchmark.RunAsync,
    ["metering-growth"] = MeteringBenchmark.RunGrowthAsync,
    ["dashboard"] = DashboardBenchmark.RunAsync,
};

if (args.Length == 0 || !benchmarks.TryGetValue(args[0], out var run))
{
    Console.Error.WriteLine($"Usage: {string.Join(" | ", benchmarks.Keys)} [--seconds 8] [--rows 10000000] [--folder /tmp]");
    return 2;
}

await run(Options.Of(args));
return 0;
