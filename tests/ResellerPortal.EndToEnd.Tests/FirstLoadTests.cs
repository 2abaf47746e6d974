using System.Diagnostics;
using Microsoft.Playwright;
using ResellerPortal.EndToEnd.Tests.PageObjects;

namespace ResellerPortal.EndToEnd.Tests;

/// <summary>What a new person's browser reads over the wire. Only a published portal has its files compressed as well as can be.</summary>
public sealed class FirstLoadTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portal-published-");

    /// <summary>All pages load the same styles, scripts and fonts, so the first page brings them for all.</summary>
    [Fact]
    public async Task The_first_page_takes_less_than_200_kilobytes_and_the_next_one_little()
    {
        var published = _folder.CreateSubdirectory("published");
        await PublishAsync(published);
        var (process, address) = await PortalProcess.ServePublishedAsync(published, _folder);
        try
        {
            var person = new PortalPage(await browser.NewPersonAsync(address));
            await using var network = new Traffic(await person.Page.Context.NewCDPSessionAsync(person.Page));
            await network.StartAsync();

            await person.OpenAsync("/account/sign-in", "Sign in");
            await person.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
            var first = network.Bytes;
            Assert.True(first is > 50_000 and < 200_000, $"The first page takes {first} bytes.");

            await person.OpenAsync("/account/forgot", "Reset your password");
            await person.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
            Assert.InRange(network.Bytes - first, 1, 10_000);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task PublishAsync(DirectoryInfo target)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "ResellerPortal.sln")))
        {
            root = root.Parent!;
        }

        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        using var publish = Process.Start(new ProcessStartInfo(
            "dotnet",
            ["publish", "src/ResellerPortal.Web", "--no-build", "--configuration", configuration, "--output", target.FullName])
        {
            WorkingDirectory = root.FullName,
            RedirectStandardOutput = true,
        })!;
        var output = await publish.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await publish.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(publish.ExitCode == 0, output);
    }

    /// <summary>Counts what the network carries, as the browser's own tools do.</summary>
    private sealed class Traffic(ICDPSession session) : IAsyncDisposable
    {
        private long _bytes;

        public long Bytes => Interlocked.Read(ref _bytes);

        public async Task StartAsync()
        {
            session.Event("Network.loadingFinished").OnEvent += (_, e) =>
                Interlocked.Add(ref _bytes, (long)e!.Value.GetProperty("encodedDataLength").GetDouble());
            await session.SendAsync("Network.enable");
        }

        public async ValueTask DisposeAsync() => await session.DetachAsync();
    }
}
