using System.Net;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway.Clients;

/// <summary>Each official client, for each of its capabilities: what it sends byte for byte, and what it needs of the answers.</summary>
public sealed class ClientContractTests(ClientContractTests.Portal portal) : IClassFixture<ClientContractTests.Portal>
{
    public static TheoryData<string, string> Pairs =>
        [.. ClientConversation.All.Select(conversation => (conversation.Client, conversation.Capability))];

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_client_gets_what_it_needs_for_what_it_sends(string client, string capability)
    {
        var conversation = ClientConversation.All.Single(c => c.Client == client && c.Capability == capability);
        var fixture = portal.Fixture;
        var token = await fixture.Server.Data.IssueAsync(fixture.Owner, fixture.Customer);
        var values = new ConversationValues(fixture.Server.Address.Authority)
        {
            ["token"] = token.Secret,
            ["master"] = portal.Master,
            ["source"] = portal.Source,
        };

        foreach (var (request, check) in conversation.Exchanges)
        {
            check(await ClientAnswer.SendAsync(fixture.Server.Address, values.Fill(request)), values);
        }

        var entries = await fixture.SettledAsync();
        Assert.Equal(conversation.Cost, entries.Where(entry => entry.TokenId == token.Token.Id).Sum(entry => entry.Quantity));
    }

    /// <summary>These clients read nothing before they have sent everything, and the refusal is lost if the connection breaks.</summary>
    [Theory]
    [InlineData("CLI 0.0.9", Capabilities.ConvertFile)]
    [InlineData(".NET 3.1.5", Capabilities.Upload)]
    [InlineData("Java 2.12", Capabilities.Upload)]
    [InlineData("Python 2.0.0", Capabilities.Upload)]
    public async Task A_refusal_is_read_by_a_client_that_sends_a_large_file_to_its_end(string client, string capability)
    {
        var (request, _) = ClientConversation.All.Single(c => c.Client == client && c.Capability == capability).Exchanges[0];
        var address = portal.Fixture.Server.Address;
        var values = new ConversationValues(address.Authority) { ["token"] = "no-such-token" };
        var large = values.Fill(request.Replace("Hello from a file", new string('x', 16 << 20), StringComparison.Ordinal));

        Needs.Refusal(HttpStatusCode.Unauthorized, 4011)(await ClientAnswer.SendAsync(address, large), values);
    }

    [Fact]
    public void The_guide_names_the_clients_and_capabilities_that_are_tested()
    {
        var rows = File.ReadLines(Path.Combine(Repository(), "src", "ResellerPortal.Gateway", "README.md"))
            .SkipWhile(line => line != "## Official clients")
            .Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith('|'))
            .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray())
            .ToList();
        var columns = rows[0][1..];

        Assert.Equal(Capabilities.All, columns);
        Assert.All(rows.Skip(2).SelectMany(row => row[1..]), cell => Assert.Contains(cell, (string[])["tested", "–"]));
        Assert.Equal(
            ClientConversation.All.Select(conversation => (conversation.Client, conversation.Capability)).Order(),
            from row in rows.Skip(2)
            from pair in row[1..].Zip(columns)
            where pair.First == "tested"
            orderby row[0], pair.Second
            select (row[0], pair.Second));
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "ResellerPortal.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }

    /// <summary>One portal for all conversations, and a file elsewhere that it may fetch.</summary>
    public sealed class Portal : IAsyncLifetime
    {
        private StandInUpstream? _elsewhere;

        internal GatewayFixture Fixture { get; private set; } = null!;

        public string Master { get; private set; } = "";

        public string Source => $"{_elsewhere!.Address}/hello.txt";

        public async ValueTask InitializeAsync()
        {
            _elsewhere = await StandInUpstream.StartAsync((_, context) => context.Response.WriteAsync("Hello from an address"));
            Fixture = await GatewayFixture.OpenAsync(
                ("Gateway:AllowedPrivateNetworks:0", "127.0.0.1/32"), ("Gateway:JobPolling", "00:00:00.2"));
            Master = (await Fixture.IssueAsync(new TokenRequest("account", null, null) { IsMaster = true })).Secret;
        }

        public async ValueTask DisposeAsync()
        {
            Fixture.Dispose();
            await _elsewhere!.DisposeAsync();
        }
    }
}
