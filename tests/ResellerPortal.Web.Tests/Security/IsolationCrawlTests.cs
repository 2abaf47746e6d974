using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Endpoints;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Security;

/// <summary>
/// Requests every endpoint of the running portal without signing in, with a lower role and with the IDs of another tenant. A new
/// endpoint that is not listed fails the test.
/// </summary>
public partial class IsolationCrawlTests
{
    private const string Marker = "Acme-of-Northwind";

    private static readonly DateTimeOffset MidOctober = new(2026, 10, 15, 12, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// Endpoints that are not pages, with the required permission, or empty for any signed-in user (see PageAccessTests for public ones).
    /// </summary>
    private static readonly Dictionary<string, string> Expected = new()
    {
        ["GET /reseller/ledger.{format:regex(^(csv|xlsx|json)$)}"] = Permission.LedgerExport,
        ["GET /reseller/documents.{format:regex(^(csv|xlsx|json)$)}"] = Permission.LedgerExport,
        ["GET /reseller/journal.csv"] = Permission.LedgerExport,
        ["GET /reseller/journal/xero"] = Permission.LedgerExport,
        ["GET /reseller/journal/quickbooks"] = Permission.LedgerExport,
        ["GET /reseller/journal/lexware-office"] = Permission.LedgerExport,
        ["GET /reseller/general-ledger.{format:regex(^(csv|xlsx|json)$)}"] = Permission.LedgerExport,
        ["GET /reseller/vat-report.{format:regex(^(csv|xlsx|json)$)}"] = Permission.LedgerExport,
        ["GET /reseller/ec-sales-list.{format:regex(^(csv|xlsx|json)$)}"] = Permission.LedgerExport,
        ["GET /reseller/month-close.{format:regex(^(csv|xlsx|json)$)}"] = Permission.LedgerExport,
        ["GET /reseller/customers/{id:guid}/ledger.ndjson"] = Permission.LedgerExport,
        ["GET /reseller/customers/{id:guid}/statement.pdf"] = Permission.ResellerView,
        ["GET /reseller/customers/{id:guid}/people.json"] = Permission.PrivacyManage,
        ["GET /reseller/invoice-settings/sample.pdf"] = Permission.InvoicesConfigure,
        ["GET /reseller/history.{format:regex(^(csv|xlsx|json)$)}"] = Permission.HistoryExport,
        ["GET /reseller/year-archive.zip"] = Permission.HistoryExport,
        ["GET /operator/history.{format:regex(^(csv|xlsx|json)$)}"] = Permission.OperatorsManage,
        ["GET /reseller/invoices/{id:guid}.pdf"] = Permission.ResellerView,
        ["GET /reseller/invoices/{id:guid}.xml"] = Permission.ResellerView,
        ["GET /reseller/invoices/{id:guid}.cii.xml"] = Permission.ResellerView,
        ["GET /reseller/credit-notes/{id:guid}.pdf"] = Permission.ResellerView,
        ["GET /reseller/credit-notes/{id:guid}.xml"] = Permission.ResellerView,
        ["GET /reseller/credit-notes/{id:guid}.cii.xml"] = Permission.ResellerView,
        ["GET /my/invoices/{id:guid}.pdf"] = Permission.MyView,
        ["GET /my/invoices/{id:guid}.xml"] = Permission.MyView,
        ["GET /my/invoices/{id:guid}.cii.xml"] = Permission.MyView,
        ["GET /my/credit-notes/{id:guid}.pdf"] = Permission.MyView,
        ["GET /my/credit-notes/{id:guid}.xml"] = Permission.MyView,
        ["GET /my/credit-notes/{id:guid}.cii.xml"] = Permission.MyView,
        ["GET /my/statement.pdf"] = Permission.MyView,
        ["GET /my/ledger.ndjson"] = Permission.MyView,
        ["GET /my/ledger.csv"] = Permission.MyView,
        ["GET /my/people.json"] = Permission.MyMembersManage,
        ["GET /"] = "",
        ["GET /_framework/opaque-redirect"] = "",
        ["GET /{**path:file}"] = "",
        ["GET /account/data.json"] = "",
        ["POST /account/sign-out"] = "",
        ["POST /account/membership"] = "",
        ["POST /account/support-session"] = "",
        ["POST /account/support-session/end"] = "",
        ["POST /account/passkeys/new"] = "",
        ["* /_blazor/negotiate"] = "",
        ["* /_blazor"] = "",
        ["* /_blazor/disconnect/"] = "",
        ["* /_blazor/initializers/"] = "",
    };

    private static readonly Dictionary<Role, string> People = new()
    {
        [Role.OperatorAdmin] = "operator@test.example",
        [Role.OperatorSupport] = "support@test.example",
        [Role.ResellerOwner] = "owner@northwind.example",
        [Role.ResellerBilling] = "billing@northwind.example",
        [Role.ResellerSupport] = "support@northwind.example",
        [Role.ResellerViewer] = "viewer@northwind.example",
        [Role.CustomerAdmin] = "admin@acme-of-northwind.example",
        [Role.CustomerViewer] = "viewer@acme.example",
    };

    [Fact]
    public void Every_address_is_expected()
    {
        using var server = PortalServer.Start();

        var found = Endpoints(server)
            .Where(e => e.Metadata.GetMetadata<ComponentTypeMetadata>() is null && !IsOpen(e))
            .Select(GetName)
            .ToHashSet();

        Assert.Empty(found.Except(Expected.Keys));
        Assert.Empty(Expected.Keys.Except(found));
    }

    [Fact]
    public void Every_page_names_a_permission_or_belongs_to_the_account()
    {
        using var server = PortalServer.Start();
        foreach (var page in Endpoints(server).Where(e => e.Metadata.GetMetadata<ComponentTypeMetadata>() is not null))
        {
            var path = "/" + page.RoutePattern.RawText!.TrimStart('/');
            var policies = page.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(a => a.Policy).OfType<string>().ToList();
            if (path.StartsWith("/account", StringComparison.Ordinal)
                || path.StartsWith("/pay/", StringComparison.Ordinal)
                || path.StartsWith("/dev/", StringComparison.Ordinal))
            {
                continue;
            }

            var policy = Assert.Single(policies);
            Assert.Contains(policy, Permission.All);
            var area = path.StartsWith("/operator", StringComparison.Ordinal)
                ? "Operator"
                : path.StartsWith("/my", StringComparison.Ordinal)
                ? "Customer"
                : "Reseller";
            Assert.All(
                Enum.GetValues<Role>().Where(role => RolePermissions.Allows(role, policy)),
                role => Assert.StartsWith(area, role.ToString(), StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Every_address_answers_to_the_roles_it_is_for_and_to_nobody_else()
    {
        using var server = PortalServer.Start(MidOctober);
        var ids = await FurnishAsync(server);
        using var nobody = server.Anonymous();
        var people = new Dictionary<Role, HttpClient>();
        foreach (var (role, email) in People)
        {
            people[role] = await server.SignedInAsync(email);
        }

        var tried = 0;
        foreach (var (endpoint, permission) in Guarded(server))
        {
            foreach (var path in BuildPaths(endpoint, ids, isRival: false))
            {
                Assert.Contains("/account/sign-in", (await nobody.GetAsync(path)).Headers.Location?.ToString(), StringComparison.Ordinal);
                foreach (var (role, client) in people)
                {
                    using var answer = await client.GetAsync(path);
                    var isInArea = path.StartsWith(GetArea(role), StringComparison.Ordinal);
                    tried++;
                    if (RolePermissions.Allows(role, permission) && isInArea)
                    {
                        Assert.True(answer.StatusCode is HttpStatusCode.OK, $"{role} {path}: {answer.StatusCode}");
                        Assert.True(IsPage(endpoint) || IsDownloaded(answer), $"{path} opens in the browser.");
                    }
                    else
                    {
                        Assert.True(
                            answer.Headers.Location?.ToString().Contains("/account/denied", StringComparison.Ordinal) == true
                                || answer.StatusCode == HttpStatusCode.NotFound,
                            $"{role} {path}: {answer.StatusCode}");
                    }
                }
            }
        }

        Assert.True(tried > 300, $"Only {tried} were tried.");
    }

    [Fact]
    public async Task No_address_gives_anything_of_another_tenant_for_its_ids()
    {
        using var server = PortalServer.Start(MidOctober);
        var ids = await FurnishAsync(server);
        var strangers = new[]
        {
            ("/reseller", await server.SignedInAsync("owner@fabrikam.example"), "northwind"),
            ("/my", await server.SignedInAsync("admin@initech.example"), "northwind"),
            ("/my", await server.SignedInAsync("admin@neighbour.example"), Marker),
        };
        foreach (var (endpoint, _) in Guarded(server))
        {
            foreach (var path in BuildPaths(endpoint, ids, isRival: true))
            {
                foreach (var (_, stranger, word) in strangers.Where(s => path.StartsWith(s.Item1, StringComparison.Ordinal)))
                {
                    using var answer = await stranger.GetAsync(path);
                    var text = await answer.Content.ReadAsStringAsync();
                    Assert.True(
                        !path.Contains(ids.Customer.ToString(), StringComparison.Ordinal)
                            && !path.Contains(ids.Invoice.ToString(), StringComparison.Ordinal)
                            || endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is not null
                            || answer.StatusCode == HttpStatusCode.NotFound, $"{path}: {answer.StatusCode}");
                    Assert.DoesNotContain(Marker, text, StringComparison.OrdinalIgnoreCase);
                    Assert.DoesNotContain(word, text, StringComparison.OrdinalIgnoreCase);
                }
            }
        }
    }

    [Fact]
    public async Task Thousands_of_guessed_ids_find_nothing()
    {
        using var server = PortalServer.Start(MidOctober);
        var ids = await FurnishAsync(server);
        using var stranger = await server.SignedInAsync("owner@fabrikam.example");
        using var customer = await server.SignedInAsync("admin@initech.example");
        var random = new Random(20261127);
        var known = new[] { ids.Customer, ids.Invoice, ids.Reseller, ids.Token };
        for (var i = 0; i < 1_000; i++)
        {
            // A random ID or one close to an existing ID, since version 7 IDs start with a timestamp.
            var bytes = known[i % known.Length].ToByteArray();
            bytes[random.Next(16)] ^= (byte)(1 << random.Next(8));
            var id = i % 2 == 0 ? new Guid(bytes) : Guid.NewGuid();
            foreach (var (client, path) in new[]
            {
                (stranger, $"/reseller/invoices/{id}.pdf"), (stranger, $"/reseller/customers/{id}/statement.pdf"), (stranger,
                $"/reseller/customers/{id}/people.json"), (customer, $"/my/invoices/{id}.xml"),
            })
            {
                using var answer = await client.GetAsync(path);
                Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            }
        }
    }

    [Fact]
    public async Task Forms_without_their_antiforgery_token_are_refused()
    {
        using var server = PortalServer.Start();
        await server.Data.AddResellerAsync("northwind");
        using var owner = await server.SignedInAsync("owner@northwind.example");
        foreach (var name in Expected.Keys.Where(k => k.StartsWith("POST /account", StringComparison.Ordinal)))
        {
            using var empty = new FormUrlEncodedContent([
                new("membership", Guid.NewGuid().ToString()),
                new("customer", Guid.NewGuid().ToString()),
                new("reason", "x"),
                new("minutes", "30"),
            ]);
            using var answer = await owner.PostAsync(name["POST ".Length..], empty);
            Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{name}: {answer.StatusCode}");
        }

        foreach (var (page, form) in new[] { ("/account/sign-in", "sign-in"), ("/account/forgot", "forgot"), ("/account", "password") })
        {
            using var empty = new FormUrlEncodedContent([new("_handler", form)]);
            using var answer = await owner.PostAsync(page, empty);
            Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{page}: {answer.StatusCode}");
        }
    }

    private sealed record Ids(Guid Reseller, Guid Customer, Guid Invoice, Guid Token);

    /// <summary>Creates two resellers with customers, usage and an invoice each, and users with every role at Northwind.</summary>
    private static async Task<Ids> FurnishAsync(PortalServer server)
    {
        var data = server.Data;
        await data.AddOperatorAsync(People[Role.OperatorAdmin]);
        var (northwind, owner) = await data.AddResellerAsync("northwind");
        var acme = await data.AddCustomerAsync(owner, Marker);
        await data.AddCustomerAsync(owner, "Neighbour");
        var token = await SellAsync(data, owner, acme);
        var (_, rival) = await data.AddResellerAsync("fabrikam");
        await SellAsync(data, rival, await data.AddCustomerAsync(rival, "Initech"));
        server.Clock.MoveTo(new DateTimeOffset(2026, 11, 2, 9, 0, 0, TimeSpan.Zero));
        var ids = new List<Guid>();
        foreach (var actor in (Actor[])[owner, rival])
        {
            var result = await TestData.Valued(data.Drafter.DraftAsync(actor, new Core.Time.BillingPeriod(2026, 10)));
            var invoice = result.Results.First(r => r.Outcome == DraftOutcome.Drafted).InvoiceId!.Value;
            await TestData.Valued(data.Invoices.FinaliseAsync(actor, invoice));
            ids.Add(invoice);
        }

        await using var db = data.Database.Open(TenantScope.CrossTenants("test"));
        foreach (var (role, email) in People.Where(p => !p.Value.StartsWith("owner@", StringComparison.Ordinal)
            && !p.Value.StartsWith("admin@", StringComparison.Ordinal)
            && !p.Value.StartsWith("operator@", StringComparison.Ordinal)))
        {
            var user = new PortalUser
            {
                Id = Guid.NewGuid(),
                UserName = email,
                NormalizedUserName = email.ToUpperInvariant(),
                Email = email,
                NormalizedEmail = email.ToUpperInvariant(),
                EmailConfirmed = true,
                SecurityStamp = "x",
            };
            user.PasswordHash = new Microsoft.AspNetCore.Identity.PasswordHasher<PortalUser>().HashPassword(user, TestData.Password);
            db.Users.Add(user);
            db.Members.Add(new Member
            {
                UserId = user.Id,
                Role = role,
                ResellerId = role >= Role.ResellerOwner ? northwind.Id : null,
                CustomerId = role >= Role.CustomerAdmin ? acme.Id : null,
            });
        }

        await db.SaveChangesAsync();
        return new Ids(northwind.Id.Value, acme.Id.Value, ids[0], token);
    }

    private static async Task<Guid> SellAsync(TestData data, Actor owner, Customer customer)
    {
        await data.BuyAsync(owner, 1000, 10);
        await data.PriceAsync(owner, null, new Markup.CostPlusPercent(50), new DateOnly(2026, 10, 1));
        var token = await data.IssueAsync(owner, customer);
        await data.Recorder.RecordAsync(owner.Scope, [TestData.Fact(token, MidOctober.AddDays(-1), 100)]);
        return token.Token.Id;
    }

    private static IEnumerable<(RouteEndpoint Endpoint, string Permission)> Guarded(PortalServer server) =>
        from endpoint in Endpoints(server)
        let permission = endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(a => a.Policy).OfType<string>().FirstOrDefault()
        where permission is not null && !IsOpen(endpoint)
        select (endpoint, permission);

    /// <summary>Returns the paths of an endpoint with real IDs, one per export format.</summary>
    private static IEnumerable<string> BuildPaths(RouteEndpoint endpoint, Ids ids, bool isRival)
    {
        var pattern = "/" + endpoint.RoutePattern.RawText!.TrimStart('/');
        var id = pattern.Contains("invoices", StringComparison.Ordinal) || pattern.Contains("credit-notes", StringComparison.Ordinal)
            ? ids.Invoice
            : ids.Customer;
        if (pattern.Contains("credit-notes", StringComparison.Ordinal) && !isRival)
        {
            // There is no credit note; only the access by others is tested.
            yield break;
        }

        foreach (var format in pattern.Contains("{format", StringComparison.Ordinal) ? (string[])["csv", "xlsx", "json"] : [""])
        {
            var isOfPeriod = pattern.EndsWith(".csv", StringComparison.Ordinal)
                || pattern.Contains("/journal/", StringComparison.Ordinal)
                || format.Length > 0;
            var query = pattern.EndsWith(".zip", StringComparison.Ordinal) ? "?year=2026"
                : isOfPeriod ? "?month=2026-10&period=2026-Q4"
                : "";
            yield return Parameter().Replace(
                pattern.Replace("{format:regex(^(csv|xlsx|json)$)}", format, StringComparison.Ordinal), id.ToString()) + query;
        }
    }

    private static string GetArea(Role role) => role.ToString() switch
    {
        var name when name.StartsWith("Operator", StringComparison.Ordinal) => "/operator",
        var name when name.StartsWith("Reseller", StringComparison.Ordinal) => "/reseller",
        _ => "/my",
    };

    private static IEnumerable<RouteEndpoint> Endpoints(PortalServer server) =>
        server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    private static bool IsOpen(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;

    private static bool IsPage(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is not null;

    /// <summary>Whether a browser saves a file instead of opening it; PDF files, which the portal draws itself, may open.</summary>
    private static bool IsDownloaded(HttpResponseMessage answer) =>
        answer.Content.Headers is { ContentDisposition.DispositionType: "attachment" } or { ContentType.MediaType: "application/pdf" };

    private static string GetName(RouteEndpoint endpoint) =>
        $"{endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.FirstOrDefault()
            ?? "*"} /{endpoint.RoutePattern.RawText!.TrimStart('/')}";

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
