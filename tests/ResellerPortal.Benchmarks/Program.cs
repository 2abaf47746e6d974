using ResellerPortal.Benchmarks;

var benchmarks = new Dictionary<string, Func<Options, Task>>
{
    ["metering"] = MeteringBenchmark.RunAsync,
    ["metering-server"] = ServerBenchmark.RunAsync,
    ["metering-server-growth"] = ServerBenchmark.RunGrowthAsync,
    ["metering-distributed"] = ServerBenchmark.RunDistributedAsync,
    ["metering-growth"] = MeteringBenchmark.RunGrowthAsync,
    ["gateway"] = GatewayBenchmark.RunAsync,
    ["invalid-tokens"] = InvalidTokenBenchmark.RunAsync,
    ["sign-in"] = SignInBenchmark.RunAsync,
    ["multipart"] = MultipartBenchmark.RunAsync,
    ["dashboard"] = DashboardBenchmark.RunAsync,
    ["invoice-run"] = InvoiceRunBenchmark.RunAsync,
    ["copy-to"] = CopyToBenchmark.RunAsync,
    ["circuits"] = CircuitBenchmark.RunAsync,
};

switch (args)
{
    case [GatewayBenchmark.UpstreamRole, var address]:
        await GatewayBenchmark.ServeUpstreamAsync(address);
        return 0;
    case [GatewayBenchmark.ForwarderRole, var address, var upstream]:
        await GatewayBenchmark.ServeForwarderAsync(address, upstream);
        return 0;
}

if (args.Length == 0 || !benchmarks.TryGetValue(args[0], out var run))
{
    Console.Error.WriteLine($"Usage: {string.Join(" | ", benchmarks.Keys)} [--seconds 8] [--rows 10000000] [--folder /tmp]");
    return 2;
}

await run(Options.Parse(args));
return 0;
