using Microsoft.Extensions.Options;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Analytics;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Privacy;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Documents.PlainFiles;
using ResellerPortal.Gateway;
using ResellerPortal.Gateway.Hosts;
using ResellerPortal.Gateway.Sandbox;
using ResellerPortal.Payments.Stripe;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;
using ResellerPortal.Web.Demo;
using ResellerPortal.Web.Downloads;
using ResellerPortal.Web.Mail;
using ResellerPortal.Web.Security;

namespace ResellerPortal.Web.Hosting;

/// <summary>How the parts of the portal are put together.</summary>
internal static class PortalHost
{
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        // Settings and static files are beside the program; data paths are relative to the folder it is started in.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var (services, configuration) = (builder.Services, builder.Configuration);
        services.AddSingleton(new PortalAddress((configuration["Portal:PublicUrl"] ?? "").TrimEnd('/')));
        builder.WebHost.ConfigureKestrel(ServerLimits.Apply);

        // These log lines contain full URLs, and older clients send their token in the query. Turning the category off also
        // saves an activity for each request unless something listens for activities.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.AddDatabase();
        services.AddDocuments();
        services.AddGateway(
            configuration,
            new SandboxConverter(PlainFilePdf.Formats, PlainFilePdf.Draw),
            isSandboxAllowed: builder.Environment.IsDevelopment());
        services.AddPayments(configuration);
        services.AddMail(configuration);
        services.AddSingleton(configuration.GetSection("Privacy").Get<RetentionOptions>() ?? new RetentionOptions());
        services.AddSingleton(configuration.GetSection("Analytics").Get<AnalyticsOptions>() ?? new AnalyticsOptions());
        services.AddSingleton(configuration.GetSection("Archive").Get<ArchiveOptions>() ?? new ArchiveOptions());
        services.AddSingleton(configuration.GetSection("Accounts").Get<AccountOptions>()
            ?? new AccountOptions { OperatorsNeedSecondFactor = !builder.Environment.IsDevelopment() });
        services.AddPortalAccounts(configuration);
        services.AddRateLimits(configuration);
        services.AddHsts(hsts => (hsts.MaxAge, hsts.IncludeSubDomains) = (TimeSpan.FromDays(365), true));
        services.AddHostFilter(configuration);
        services.AddPages();
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
            app.MapWhen(
                context => context.Request.Path.StartsWithSegments("/dev"),
                dev => dev.Run(context =>
                {
                    context.Response.StatusCode = StatusCodes.Status404NotFound;
                    return Task.CompletedTask;
                }));
        }

        app.UseGatewayHosts();
        app.UseGateway();
        if (!app.Environment.IsDevelopment())
        {
            app.UseExceptionHandler("/account/error", createScopeForErrors: true);
        }

        app.UseSecurityHeaders(app.Configuration);
        app.UseRateLimiter();
        app.UseCircuitShutdown();
        app.UseStatusCodePagesWithReExecute("/account/not-found", createScopeForStatusCodePages: true);
        app.UseCors();
        app.UseAuthentication();
        app.UseUnknownPaths();
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
        if (app.Services.GetRequiredService<IOptions<ConvertApiOptions>>().Value.IsSandbox)
        {
            app.MapSandbox();
        }
    }

    /// <summary>Brings the database up to date and fills it with demonstration data, where the settings say so.</summary>
    /// <exception cref="InvalidOperationException">
    /// The portal would run as the owner of its tables, its settings do not describe its database, or a folder that they name cannot be
    /// used.
    /// </exception>
    public static async Task PrepareAsync(this WebApplication app)
    {
        app.Services.GetRequiredService<AnalyticsOptions>().Validate();
        if (app.Configuration.GetValue<bool>("Database:MigrateOnStart"))
        {
            await app.Services.GetRequiredService<PortalDatabase>().MigrateAsync(
                app.Configuration.GetConnectionString("PortalOwner"));
        }

        if (await app.Services.GetRequiredService<PortalDatabase>().IsOwnerAsync())
        {
            throw new InvalidOperationException(
                "The role in ConnectionStrings:Portal owns the portal's tables, or is exempt from their protection. Name the owner in "
                    + "ConnectionStrings:PortalOwner and another role in ConnectionStrings:Portal, and run 'migrate', which creates it.");
        }

        await app.Services.GetRequiredService<PortalDatabase>().CheckSettingsAsync();
        if (app.Configuration.GetValue<bool>("Demo:Seed") && app.Environment.IsDevelopment())
        {
            await app.Services.GetRequiredService<DemoSeeder>().SeedAsync();
            app.Lifetime.ApplicationStarted.Register(() => DemoGreeting.Print(app));
        }
    }
}
