using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.EntityFrameworkCore;
using MudBlazor.Services;
using ResellerPortal.Core;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Privacy;
using ResellerPortal.Core.Sending;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Documents.Invoices.Electronic;
using ResellerPortal.Documents.Invoices.Pdf;
using ResellerPortal.Documents.PlainFiles;
using ResellerPortal.Gateway;
using ResellerPortal.Gateway.Sandbox;
using ResellerPortal.Payments.Stripe;
using ResellerPortal.Storage.PostgreSql;
using ResellerPortal.Storage.Sqlite;
using ResellerPortal.Storage.SqlServer;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;
using ResellerPortal.Web.Downloads;
using ResellerPortal.Web.Demo;
using ResellerPortal.Web.Mail;
using ResellerPortal.Web.Security;

namespace ResellerPortal.Web.Hosting;

/// <summary>How the parts are put together.</summary>
internal static class PortalHost
{
    private static readonly IDatabaseDialect[] Dialects = [new SqliteDialect(), new SqlServerDialect(), new PostgreSqlDialect()];

    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        // Settings and static files stand beside the program; data paths are relative to the folder it is started in.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var services = builder.Services;
        services.AddSingleton(new PortalAddress((builder.Configuration["Portal:PublicUrl"] ?? "").TrimEnd('/')));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);

        // Its lines hold whole addresses, and older programs put their token into the query. Without it the server need not
        // make an activity for each request either; whoever listens for activities gets them all the same.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        AddDatabase(builder);
        services
            .AddDataProtection()
            .SetApplicationName("ResellerPortal")
            .PersistKeysToDbContext<PortalDbContext>()
            .ProtectKeys(builder.Configuration.GetSection("DataProtection"));
        services.AddSingleton<IInvoiceDocument, InvoicePdf>();
        services.AddSingleton<IElectronicInvoice, ElectronicInvoiceWriter>();
        services.AddSingleton<IStatementDocument, StatementPdf>();
        services.AddGateway(
            builder.Configuration,
            new SandboxConverter(PlainFilePdf.Formats, PlainFilePdf.Draw),
            isSandboxAllowed: builder.Environment.IsDevelopment());
        services.AddStripePayments(builder.Configuration);
        services.AddSingleton(ReadOperatorBankAccount(builder.Configuration.GetSection("Operator")));
        services.AddOptions<SmtpOptions>().Bind(builder.Configuration.GetSection(SmtpOptions.Section))
            .Validate(o => o.Host.Length == 0
                || MimeKit.MailboxAddress.TryParse(
                    o.From, out _), "Smtp:From is missing: set the address that the portal's mail comes from.")
            .ValidateOnStart();
        services.AddSingleton<IMailer, SmtpMailer>();
        services.AddPortalMeter();
        services.AddSingleton(builder.Configuration.GetSection("Privacy").Get<RetentionSettings>() ?? new RetentionSettings());
        services.AddPortalAccounts(builder.Configuration);
        services.AddRateLimits(builder.Configuration);
        services.AddHsts(hsts => (hsts.MaxAge, hsts.IncludeSubDomains) = (TimeSpan.FromDays(365), true));
        services.PostConfigure<HostFilteringOptions>(hosts => FilterHosts(hosts, builder.Configuration));
        services.AddRazorComponents()
            .AddInteractiveServerComponents(circuits =>
            {
                circuits.DisconnectedCircuitMaxRetained = 200;
                circuits.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(3);
            })
            .AddHubOptions(hub => hub.MaximumReceiveMessageSize = 64 * 1024);
        services.AddMudServices(mud => mud.SnackbarConfiguration.PositionClass = MudBlazor.Defaults.Classes.Position.BottomRight);
        services.AddSingleton<DemoSeeder>();
        return builder;
    }

    public static void UsePortal(this WebApplication app)
    {
        app.UseKnownProxies();
        app.UsePublicScheme();
        if (!app.Environment.IsDevelopment())
        {
            app.UseHsts();
        }

        app.UseGateway();
        if (!app.Environment.IsDevelopment())
        {
            app.UseExceptionHandler("/account/error");
        }

        app.UseSecurityHeaders(app.Configuration);
        app.UseRateLimiter();
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/_blazor"), EndWithTheServer);
        app.UseStatusCodePagesWithReExecute("/account/not-found", createScopeForStatusCodePages: true);
        app.UseCors();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.MapStaticAssets().AllowAnonymous();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(server => server.ContentSecurityFrameAncestorsPolicy = null);
        app.MapAccount();
        app.MapHistoryFiles("/operator", Permission.OperatorsManage);
        app.MapResellerDownloads();
        app.MapCustomerDownloads();
        app.MapHealth();
        app.MapStripeWebhooks();
        app.MapGateway();
        if (app.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<ConvertApiOptions>>().Value.IsSandbox)
        {
            app.MapSandbox();
        }
    }

    /// <summary>Brings the database up to date and fills it with demonstration data, where the settings say so.</summary>
    public static async Task PrepareAsync(this WebApplication app)
    {
        if (app.Configuration.GetValue<bool>("Database:MigrateOnStart"))
        {
            await app.Services.GetRequiredService<PortalDatabase>().MigrateAsync();
        }

        if (app.Configuration.GetValue<bool>("Demo:Seed") && app.Environment.IsDevelopment())
        {
            await app.Services.GetRequiredService<DemoSeeder>().SeedAsync();
            app.Lifetime.ApplicationStarted.Register(() => DemoGreeting.Print(app));
        }
    }

    /// <summary>
    /// Takes the caller's address and scheme from a proxy's headers, from the networks that the settings name alone: whoever
    /// could write those headers himself would pass any token's list of networks.
    /// </summary>
    private static void UseKnownProxies(this WebApplication app)
    {
        if (app.Configuration.GetSection("Portal:KnownProxyNetworks").Get<string[]>() is not { Length: > 0 } networks)
        {
            return;
        }

        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in networks)
        {
            options.KnownIPNetworks.Add(System.Net.IPNetwork.TryParse(network, out var known)
                ? known
                : throw new InvalidOperationException($"Portal:KnownProxyNetworks holds '{network}'. Use CIDR form, such as 10.0.0.0/8."));
        }

        app.UseForwardedHeaders(options);
    }

    /// <summary>
    /// A portal that people reach through https is never reached otherwise, whatever the way from the proxy to here is:
    /// cookies are bound to https and addresses begin with it.
    /// </summary>
    private static void UsePublicScheme(this WebApplication app)
    {
        if (app.Configuration["Portal:PublicUrl"]?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) == true)
        {
            app.Use((context, next) =>
            {
                context.Request.Scheme = Uri.UriSchemeHttps;
                return next(context);
            });
        }
    }

    /// <summary>Where the settings name no hosts, the portal answers under its own and under the machine's local names.</summary>
    private static void FilterHosts(HostFilteringOptions hosts, IConfiguration configuration)
    {
        if (string.IsNullOrEmpty(configuration["AllowedHosts"])
            && Uri.TryCreate(configuration["Portal:PublicUrl"], UriKind.Absolute, out var portal))
        {
            hosts.AllowedHosts = [portal.Host, "localhost", "127.0.0.1", "[::1]"];
        }
    }

    /// <summary>A browser that reconnects its circuit while the server stops would hold the stop up until its time-out.</summary>
    private static void EndWithTheServer(IApplicationBuilder circuits)
    {
        var stopping = circuits.ApplicationServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        circuits.Use(async (context, next) =>
        {
            await using var _ = stopping.Register(context.Abort);
            await next(context);
        });
    }

    /// <summary>Where resellers transfer the price of plans to, as the settings say.</summary>
    private static OperatorBankAccount ReadOperatorBankAccount(IConfigurationSection settings)
    {
        var account = new BankAccount(
            settings["AccountHolder"] ?? "", BankAccount.Normalise(settings["Iban"]), BankAccount.Normalise(settings["Bic"]));
        return account.IsGiven && !BankAccount.IsIban(account.Iban)
            ? throw new InvalidOperationException($"Operator:Iban is '{account.Iban}', which is no IBAN.")
            : new OperatorBankAccount(account, settings["PaymentInstructions"] ?? "");
    }

    private static void AddDatabase(WebApplicationBuilder builder)
    {
        var provider = builder.Configuration["Database:Provider"] ?? "SqlServer";
        var dialect = Array.Find(Dialects, d => d.Name.Equals(provider, StringComparison.OrdinalIgnoreCase))
            ?? throw new InvalidOperationException(
                $"Database:Provider is '{provider}'. Use one of {string.Join(", ", Dialects.Select(d => d.Name))}.");
        var connection = builder.Configuration.GetConnectionString("Portal")
            ?? throw new InvalidOperationException("ConnectionStrings:Portal is missing: set it to where the portal's database is.");
        builder.Services.AddPortalCore(dialect, connection);
    }

    private static void MapHealth(this WebApplication app)
    {
        app.MapGet("/healthz", () => "ok").AllowAnonymous();
        app.MapGet("/readyz", async (PortalDatabase database, CancellationToken cancellationToken) =>
        {
            await using var db = database.Open(TenantScope.None);
            var isReady = await db.Database.CanConnectAsync(cancellationToken)
                && !(await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any();
            return isReady
                ? Results.Text("ready")
                : Results.Text("the database is away, or waits for 'migrate'", statusCode: StatusCodes.Status503ServiceUnavailable);
        }).AllowAnonymous();
    }
}
