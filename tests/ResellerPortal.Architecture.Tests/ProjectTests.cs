using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ResellerPortal.Architecture.Tests;

public sealed partial class ProjectTests
{
    /// <summary>What each project may refer to: projects without their prefix, then packages.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Core"] = ["Microsoft.AspNetCore.DataProtection.EntityFrameworkCore", "Microsoft.AspNetCore.Identity.EntityFrameworkCore"],
        ["Documents"] =
        [
            "Core", "CsvHelper", "DocumentFormat.OpenXml", "HarfBuzzSharp", "HarfBuzzSharp.NativeAssets.Linux", "Markdig", "Parquet.Net",
            "PDFsharp", "QRCoder",
        ],
        ["Gateway"] = ["Core", "DnsClient", "Microsoft.IdentityModel.JsonWebTokens", "Polly.Core"],
        ["Payments.Stripe"] = ["Core", "Stripe.net"],
        ["Storage.PostgreSql"] = ["Core", "Microsoft.EntityFrameworkCore.Design", "Npgsql.EntityFrameworkCore.PostgreSQL"],
        ["Storage.Sqlite"] = ["Core", "Microsoft.EntityFrameworkCore.Design", "Microsoft.EntityFrameworkCore.Sqlite"],
        ["Storage.SqlServer"] = ["Core", "Microsoft.EntityFrameworkCore.Design", "Microsoft.EntityFrameworkCore.SqlServer"],
        ["Web"] = [
            "Core",
            "Documents",
            "Gateway",
            "Payments.Stripe",
            "Storage.PostgreSql",
            "Storage.Sqlite",
            "Storage.SqlServer",
            "CsvHelper",
            "MailKit",
            "Microsoft.AspNetCore.Authentication.OpenIdConnect",
            "MudBlazor",
            "Otp.NET",
            "QRCoder",
        ],
    };

    /// <summary>Core's capabilities, each allowed to use those after it.</summary>
    private static readonly string[] CoreOrder =
        [
            "Moving",
            "Archiving",
            "YearArchives",
            "Privacy",
            "Notifications",
            "Insights",
            "Analytics",
            "BankStatements",
            "PaymentEvents",
            "Subscriptions",
            "Checkouts",
            "Payments",
            "Dunning",
            "Sending",
            "Prepaid",
            "Invoicing",
            "Balances",
            "Pricing",
            "Conversions",
            "Metering",
            "Tokens",
            "Credits",
            "Plans",
            "Accounts",
            "ElectronicInvoices",
            "GatewayHosts",
            "Currencies",
            "Outbox",
            "Auditing",
            "Archives",
            "Access",
            "Persistence",
            "Taxes",
            "Tenancy",
            "Countries",
            "Languages",
            "Workers",
            "Time",
            "Monetary",
        ];

    [Fact]
    public void Projects_refer_only_to_what_they_are_allowed()
    {
        var found = Repository.Files("src", "*.csproj").ToDictionary(
            file => Path.GetFileNameWithoutExtension(file)["ResellerPortal.".Length..],
            file => XDocument.Load(file).Descendants()
                .Where(e => e.Name.LocalName is "ProjectReference" or "PackageReference")
                .Select(e => Path.GetFileNameWithoutExtension(e.Attribute("Include")!.Value.Replace('\\', '/')) is var name
                    && e.Name.LocalName == "ProjectReference"
                    ? name["ResellerPortal.".Length..]
                    : e.Attribute("Include")!.Value));

        Assert.Equal(Allowed.Keys.Order(), found.Keys.Order());
        Assert.All(found, project => Assert.Empty(project.Value.Except(Allowed[project.Key])));
    }

    [Fact]
    public void Arrows_between_Cores_folders_point_one_way()
    {
        var core = Path.Combine(Repository.Source, "ResellerPortal.Core");
        Assert.Equal(
            CoreOrder.Order(), Directory.EnumerateDirectories(core).Select(d => Path.GetFileName(d)!).Except(["bin", "obj"]).Order());

        var wrong =
            from file in Repository.Files("src/ResellerPortal.Core", "*.cs")
            let folder = Path.GetRelativePath(core, file).Split('/')[0]
            where CoreOrder.Contains(folder)
            from Match use in CoreUse().Matches(File.ReadAllText(file))
            let used = use.Groups[1].Value
            where Array.IndexOf(CoreOrder, used) < Array.IndexOf(CoreOrder, folder)
            select $"{Repository.Relative(file)} uses {used}";

        Assert.Empty(wrong);
    }

    [Fact]
    public void The_customers_pages_know_nothing_of_plans_lots_or_cost()
    {
        var wrong =
            from file in Repository.Files("src/ResellerPortal.Web/Pages/Customer", "*.*")
            let text = File.ReadAllText(file)
            where CostWords().IsMatch(text)
            select Repository.Relative(file);

        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_page_names_a_policy_or_says_that_it_is_open()
    {
        var wrong =
            from file in Repository.Files("src/ResellerPortal.Web", "*.razor")
            let text = File.ReadAllText(file)
            where text.Contains("@page ", StringComparison.Ordinal)
                && !text.Contains("[Authorize(Policy = Permission.", StringComparison.Ordinal)
                && !((file.Contains("/Account/", StringComparison.Ordinal) || file.Contains("/Dev/", StringComparison.Ordinal))
                    && (text.Contains("[AllowAnonymous]", StringComparison.Ordinal)
                        || text.Contains("[Authorize]", StringComparison.Ordinal)))
            select Repository.Relative(file);

        Assert.Empty(wrong);
    }

    [Fact]
    public void Pages_hold_no_database_context_and_no_role()
    {
        var wrong =
            from file in Repository.Files("src/ResellerPortal.Web", "*.razor")
            let text = File.ReadAllText(file)
            where text.Contains("DbContext", StringComparison.Ordinal)
                || text.Contains("PortalDatabase", StringComparison.Ordinal)
                || text.Contains("Role.", StringComparison.Ordinal)
            select Repository.Relative(file);

        Assert.Empty(wrong);
    }

    [Fact]
    public void Money_is_never_binary_floating_point() =>
        Assert.Empty(Repository
            .Files("src/ResellerPortal.Core", "*.cs")
            .Where(f => FloatingPoint().IsMatch(File.ReadAllText(f)))
            .Select(Repository.Relative));

    [GeneratedRegex(@"using ResellerPortal\.Core\.(\w+);")]
    private static partial Regex CoreUse();

    [GeneratedRegex(@"Core\.(Plans|Credits)|BulkPlan|CreditLot|LotDraw|UnitCost|Margin\b|RatedPeriod|\bCost\b")]
    private static partial Regex CostWords();

    [GeneratedRegex(@"\b(double|float) \w+\s*[=;,)]|\((double|float)\)|<(double|float)>")]
    private static partial Regex FloatingPoint();
}
