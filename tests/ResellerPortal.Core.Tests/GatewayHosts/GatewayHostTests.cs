using System.Collections.Concurrent;
using System.Net;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.GatewayHosts;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.GatewayHosts;

public sealed class GatewayHostTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    private const string Name = "api.northwind.example";

    [Theory]
    [InlineData("api.northwind.example", "api.northwind.example")]
    [InlineData("  API.Northwind.Example. ", "api.northwind.example")]
    [InlineData("api.bücher.example", "api.xn--bcher-kva.example")]
    [InlineData("a-1.b2.example", "a-1.b2.example")]
    public void A_host_name_is_kept_in_lower_case_and_ascii(string entered, string kept) =>
        Assert.Equal(kept, GatewayHostName.Parse(entered).Value);

    [Theory]
    [InlineData("", "not a host name")]
    [InlineData("localhost", "not a host name")]
    [InlineData("api..example", "not a host name")]
    [InlineData("-api.example", "not a host name")]
    [InlineData("api_1.example", "not a host name")]
    [InlineData("api.example\n", null)]
    [InlineData("api.exa mple", "not a host name")]
    [InlineData("*.northwind.example", "not a host name")]
    [InlineData("1.2.3.4.5", "not a host name")]
    [InlineData("192.0.2.1", "IP address")]
    [InlineData("2001:db8::1", "IP address")]
    [InlineData("[2001:db8::1]", "IP address")]
    [InlineData("https://api.northwind.example", "without https://")]
    [InlineData("api.northwind.example:8443", "port")]
    [InlineData("api.northwind.example/v2", "path")]
    [InlineData("owner@northwind.example", "host name alone")]
    public void What_is_not_a_host_name_is_refused_in_words(string entered, string? why)
    {
        var outcome = GatewayHostName.Parse(entered);
        if (why is null)
        {
            Assert.Equal("api.example", outcome.Value);
            return;
        }

        Assert.Contains(why, outcome.Refusal!.Message, StringComparison.Ordinal);
        Assert.Equal(nameof(GatewayHost.HostName), outcome.Refusal.Field);
    }

    [Fact]
    public void A_name_too_long_for_its_text_record_is_refused()
    {
        var label = new string('a', 60);
        Assert.True(GatewayHostName.Parse($"{label}.{label}.{label}.{label}.example").IsRefused);
        Assert.False(GatewayHostName.Parse($"{label}.{label}.{label}.example").IsRefused);
        Assert.True(GatewayHostName.Parse(new string('a', 64) + ".example").IsRefused);
    }

    [Fact]
    public async Task A_host_is_verified_when_both_records_are_correct_and_is_broken_when_they_no_longer_are()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (northwind, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var dns = new KnownRecords();
        using var directory = new GatewayHostDirectory(sqlite.Database);
        var hosts = CreateService(sqlite, dns, directory);
        var host = await TestData.Valued(hosts.SetAsync(owner, Name));
        Assert.Equal((GatewayHostStatus.Pending, DnsRecordState.NotChecked), (host.Status, host.TextState));
        Assert.Equal(host.VerificationValue, (await TestData.Valued(hosts.SetAsync(owner, Name))).VerificationValue);

        await AssertStatesAsync(GatewayHostStatus.Pending, DnsRecordState.Missing, DnsRecordState.Missing);
        dns.Texts[host.TextRecordName] = ["reseller-portal=of-somebody-else"];
        dns.Hosts[Name] = new ResolvedHost([], [IPAddress.Parse("192.0.2.99")]);
        await AssertStatesAsync(GatewayHostStatus.Pending, DnsRecordState.Different, DnsRecordState.Different);
        dns.Texts[host.TextRecordName] = ["v=spf1 -all", host.VerificationValue];
        await AssertStatesAsync(GatewayHostStatus.Pending, DnsRecordState.Correct, DnsRecordState.Different);
        Assert.Null(directory.FindReseller(Name));
        dns.Hosts[Name] = new ResolvedHost(["portal.example"], [IPAddress.Parse("192.0.2.10")]);
        await AssertStatesAsync(GatewayHostStatus.Verified, DnsRecordState.Correct, DnsRecordState.Correct);
        Assert.Equal(northwind.Id, directory.FindReseller("API.northwind.example."));
        Assert.Equal(Name, directory.FindHost(northwind.Id));

        // A host that customers use is served until somebody removes it, whatever DNS says for the moment.
        dns.IsSilent = true;
        await AssertStatesAsync(GatewayHostStatus.Broken, DnsRecordState.Unanswered, DnsRecordState.Unanswered);
        Assert.Equal(northwind.Id, directory.FindReseller(Name));
        Assert.Contains("Remove it before", (await hosts.SetAsync(owner, "other.example")).Refusal!.Message, StringComparison.Ordinal);

        await TestData.Valued(hosts.RemoveAsync(owner));
        Assert.Null(directory.FindReseller(Name));
        Assert.Null(await hosts.FindAsync(owner));
        Assert.True((await hosts.CheckAsync(owner)).IsRefused);
        await using var db = sqlite.Database.Open(TenantScope.ForReseller(northwind.Id));
        var entries = (await db.AuditEntries.Where(a => a.Subject.Contains(Name)).Select(a => a.Subject).ToListAsync()).Order();
        Assert.Equal(
            ["checked: Broken", "checked: Pending", "checked: Pending", "checked: Pending", "checked: Verified", "removed", "set", "set"],
            entries.Select(e => e[$"gateway host {Name} ".Length..]).Order());

        async Task AssertStatesAsync(GatewayHostStatus status, DnsRecordState text, DnsRecordState address)
        {
            var found = await TestData.Valued(hosts.CheckAsync(owner));
            Assert.Equal((status, text, address), (found.Status, found.TextState, found.AddressState));
            Assert.Equal(sqlite.Clock.GetUtcNow(), found.CheckedAtUtc);
        }
    }

    [Theory]
    [InlineData("192.0.2.10", DnsRecordState.Correct)]
    [InlineData("192.0.2.10 2001:db8::10", DnsRecordState.Correct)]
    [InlineData("192.0.2.10 198.51.100.7", DnsRecordState.Different)]
    public async Task Addresses_count_when_all_of_them_are_the_portals(string addresses, DnsRecordState expected)
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var dns = new KnownRecords();
        using var directory = new GatewayHostDirectory(sqlite.Database);
        var hosts = CreateService(sqlite, dns, directory);
        await TestData.Valued(hosts.SetAsync(owner, Name));

        dns.Hosts[Name] = new ResolvedHost([], [.. addresses.Split(' ').Select(IPAddress.Parse)]);

        Assert.Equal(expected, (await TestData.Valued(hosts.CheckAsync(owner))).AddressState);
    }

    [Fact]
    public async Task A_claim_does_not_keep_the_true_owner_from_its_name()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, squatter) = await sqlite.Data.AddResellerAsync("fabrikam");
        var (northwind, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var dns = new KnownRecords();
        using var directory = new GatewayHostDirectory(sqlite.Database);
        var hosts = CreateService(sqlite, dns, directory);
        var claim = await TestData.Valued(hosts.SetAsync(squatter, Name));
        var own = await TestData.Valued(hosts.SetAsync(owner, Name));
        Assert.NotEqual(claim.VerificationValue, own.VerificationValue);
        dns.Hosts[Name] = new ResolvedHost(["portal.example"], [IPAddress.Parse("192.0.2.10")]);
        dns.Texts[own.TextRecordName] = [own.VerificationValue];

        Assert.Equal(GatewayHostStatus.Pending, (await TestData.Valued(hosts.CheckAsync(squatter))).Status);
        Assert.Equal(GatewayHostStatus.Verified, (await TestData.Valued(hosts.CheckAsync(owner))).Status);

        Assert.Equal(northwind.Id, directory.FindReseller(Name));
        dns.Texts[own.TextRecordName] = [claim.VerificationValue];
        Assert.Contains("Another reseller", (await hosts.CheckAsync(squatter)).Refusal!.Message, StringComparison.Ordinal);
        var (_, third) = await sqlite.Data.AddResellerAsync("contoso");
        Assert.Contains("Another reseller", (await hosts.SetAsync(third, Name)).Refusal!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_portals_own_host_and_a_portal_without_one_are_refused()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        using var directory = new GatewayHostDirectory(sqlite.Database);

        Assert.Contains(
            "portal's own",
            (await CreateService(sqlite, new(), directory).SetAsync(owner, "Portal.example")).Refusal!.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "operator",
            (await CreateService(sqlite, new(), directory, portal: "").SetAsync(owner, Name)).Refusal!.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [EachProvider]
    public async Task Of_resellers_who_verify_a_name_at_once_one_has_it(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var dns = new KnownRecords();
        dns.Hosts[Name] = new ResolvedHost(["portal.example"], [IPAddress.Parse("192.0.2.10")]);
        using var directory = new GatewayHostDirectory(database.Database);
        var hosts = CreateService(database, dns, directory);
        var owners = new List<Actor>();
        var values = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            owners.Add((await database.Data.AddResellerAsync($"reseller{i}")).Owner);
            values.Add((await TestData.Valued(hosts.SetAsync(owners[i], Name))).VerificationValue);
        }

        dns.Texts[$"_reseller-portal.{Name}"] = values;
        var outcomes = await Task.WhenAll(owners.Select(owner => Task.Run(() => hosts.CheckAsync(owner))));

        Assert.Single(outcomes, o => !o.IsRefused);
        Assert.All(
            outcomes.Where(o => o.IsRefused),
            o => Assert.Contains("Another reseller", o.Refusal!.Message, StringComparison.Ordinal));
        var winner = Array.FindIndex(outcomes, o => !o.IsRefused);
        Assert.Equal(owners[winner].Reseller, directory.FindReseller(Name));

        // Gone from the first, it is free for the next, and its rows are still each reseller's own.
        await TestData.Valued(hosts.RemoveAsync(owners[winner]));
        var next = owners[(winner + 1) % owners.Count];
        Assert.Equal(GatewayHostStatus.Verified, (await TestData.Valued(hosts.CheckAsync(next))).Status);
        await using var db = database.Database.Open(next.Scope);
        Assert.Equal([next.Reseller], await db.GatewayHosts.Select(h => h.ResellerId).ToListAsync());
        await using var customers = database.Database.Open(TenantScope.ForCustomer(next.Reseller, CustomerId.New()));
        Assert.Empty(await customers.GatewayHosts.ToListAsync());
    }

    private static GatewayHostService CreateService(
        TestDatabase database,
        KnownRecords dns,
        GatewayHostDirectory directory,
        string portal = "https://portal.example")
    {
        var address = new PortalAddress(portal);
        return new GatewayHostService(
            database.Database, new GatewayHostVerifier(dns, address), directory, address, database.Clock);
    }

    /// <summary>DNS as a test defines it; the portal's own addresses are known.</summary>
    private sealed class KnownRecords : IDnsResolver
    {
        public KnownRecords() => Hosts["portal.example"] =
            new ResolvedHost([], [IPAddress.Parse("192.0.2.10"), IPAddress.Parse("2001:db8::10")]);

        public ConcurrentDictionary<string, IReadOnlyList<string>> Texts { get; } = new();

        public ConcurrentDictionary<string, ResolvedHost> Hosts { get; } = new();

        public bool IsSilent { get; set; }

        public Task<IReadOnlyList<string>> ListTextsAsync(string name, CancellationToken cancellationToken) =>
            IsSilent ? throw new DnsUnansweredException(name) : Task.FromResult(Texts.GetValueOrDefault(name) ?? []);

        public Task<ResolvedHost> ResolveAsync(string host, CancellationToken cancellationToken) =>
            IsSilent ? throw new DnsUnansweredException(host) : Task.FromResult(Hosts.GetValueOrDefault(host) ?? new ResolvedHost([], []));
    }
}
