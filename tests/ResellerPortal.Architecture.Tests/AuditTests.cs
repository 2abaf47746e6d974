using System.Diagnostics;

namespace ResellerPortal.Architecture.Tests;

public sealed class AuditTests
{
    [Theory]
    [InlineData("Low", 0)]
    [InlineData("Moderate", 0)]
    [InlineData("High", 1)]
    [InlineData("Critical", 1)]
    public async Task A_weakness_that_is_high_or_worse_stops_the_build(string severity, int exitCode)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            file,
            $$"""{"version":1,"projects":[{"path":"a.csproj","frameworks":[{"framework":"net10.0","transitivePackages":[{"id":"Some.Package","resolvedVersion":"1.0.0","vulnerabilities":[{"severity":"{{severity}}","advisoryurl":"https://advisories.example/1"}]}]}]}]}""",
            TestContext.Current.CancellationToken);
        using var audit = Process.Start(
            new ProcessStartInfo(Path.Combine(Repository.Root, "tests", "audit"), [file]) { RedirectStandardOutput = true })!;
        var said = await audit.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await audit.WaitForExitAsync(TestContext.Current.CancellationToken);
        File.Delete(file);

        Assert.Equal(exitCode, audit.ExitCode);
        Assert.Contains($"Some.Package 1.0.0 {severity} https://advisories.example/1", said, StringComparison.Ordinal);
    }
}
