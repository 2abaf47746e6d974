using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ResellerPortal.Core.GatewayHosts;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Core.Workers;
using ResellerPortal.Gateway.Account;
using ResellerPortal.Gateway.Callers;
using ResellerPortal.Gateway.Conversions;
using ResellerPortal.Gateway.Files;
using ResellerPortal.Gateway.Hosts;
using ResellerPortal.Gateway.Jobs;
using ResellerPortal.Gateway.Native;
using ResellerPortal.Gateway.Requests;
using ResellerPortal.Gateway.Sandbox;
using ResellerPortal.Gateway.Upstream;

namespace ResellerPortal.Gateway;

public static class GatewayRegistration
{
    private const string BrowserPolicy = "gateway";

    /// <param name="isSandboxAllowed">Whether the application may start without a real upstream.</param>
    public static IServiceCollection AddGateway(
        this IServiceCollection services,
        IConfiguration configuration,
        SandboxConverter sandbox,
        bool isSandboxAllowed)
    {
        services.AddOptions<ConvertApiOptions>().Bind(configuration.GetSection(ConvertApiOptions.Section))
            .Validate(o => isSandboxAllowed
                || !o.IsSandbox, "ConvertApi:BaseUrl is missing: the sandbox replaces the real service in Development only.")
            .Validate(o => o.IsSandbox
                || Uri.TryCreate(
                    o.BaseUrl, UriKind.Absolute, out _), "ConvertApi:BaseUrl must be a URL such as https://v2.convertapi.com.")
            .Validate(o => o.IsSandbox || o.Secret.Length > 0, "ConvertApi:Secret is missing; it is required with ConvertApi:BaseUrl.")
            .Validate(o => o.Regions.Values.All(address => Uri.TryCreate(
                address,
                UriKind.Absolute,
                out _)), "ConvertApi:Regions must contain only URLs such as https://eu-v2.convertapi.com.")
            .Validate(o => o.Timeout > TimeSpan.Zero
                && o.Timeout < ReservationSweepWorker.DeadAfter, "ConvertApi:Timeout must be positive and less than 30 minutes.")
            .ValidateOnStart();
        services.AddOptions<GatewayOptions>().Bind(configuration.GetSection(GatewayOptions.Section))
            .Configure(o => o.PublicUrl = configuration["Portal:PublicUrl"] ?? "")
            .Validate(o => o.MaxUploadBytes > 0, "Gateway:MaxUploadBytes must be at least 1.")
            .Validate(o => o.AllowedPrivateNetworks.All(network => IPNetwork.TryParse(
                network, out _)), "Gateway:AllowedPrivateNetworks must contain only networks in CIDR notation, such as 10.1.0.0/16.")
            .Validate(o => o.ConcurrencyPerReseller > 0, "Gateway:ConcurrencyPerReseller must be at least 1.")
            .Validate(o => o.SlowestBodyBytesPerSecond > 0, "Gateway:SlowestBodyBytesPerSecond must be positive.")
            .Validate(o => o.SlowBodyGrace > TimeSpan.FromSeconds(1), "Gateway:SlowBodyGrace must be longer than a second.")
            .Validate(o => o.ConcurrencyPerCustomer > 0, "Gateway:ConcurrencyPerCustomer must be at least 1.")
            .Validate(o => o.AnonymousUploadsPerNetwork >= 0, "Gateway:AnonymousUploadsPerNetwork must not be negative.")
            .Validate(o => o.DefaultCeiling is null or (>= 1 and <= 10_000), "Gateway:DefaultCeiling must be from 1 to 10,000.")
            .Validate(o => o.ReadingsEvery > TimeSpan.Zero, "Gateway:ReadingsEvery must be positive.")
            .Validate(
                o =>
                    o.RequestsPerMinutePerReseller is null or > 0, "Gateway:RequestsPerMinutePerReseller must be at least 1; omit it for "
                        + "no limit.")
            .Validate(o => o.StatisticsEvery > TimeSpan.Zero, "Gateway:StatisticsEvery must be positive.")
            .Validate(o => DnsResolver.IsServer(o.DnsServer), "Gateway:DnsServer must be an IP address, with or without a port.")
            .Validate(o => o.JobPolling > TimeSpan.Zero, "Gateway:JobPolling must be positive.")
            .ValidateOnStart();
        services.AddHttpClient(JobPollingWorker.WebHookClient, http => http.Timeout = TimeSpan.FromSeconds(10))
            .ConfigurePrimaryHttpMessageHandler(GuardedHandler);
        services.AddSingleton<IMemoryPoolFactory<byte>, SocketBuffers>();
        services.AddCors(cors => cors.AddPolicy(BrowserPolicy, ConfigureCors));
        services.AddSingleton<IDnsResolver, DnsResolver>();
        services.AddSingleton(provider => new MeterTerms(
            provider.GetRequiredService<IOptions<GatewayOptions>>().Value.DefaultCeiling
                ?? (provider.GetRequiredService<IOptions<ConvertApiOptions>>().Value.IsSandbox ? 1 : MeterTerms.UsualCeiling)));
        services.AddSingleton<UpstreamAccountResolver>();
        services.AddSingleton<UpstreamCircuitBreaker>();
        services.AddSingleton<IUpstreamStatusReader>(provider => provider.GetRequiredService<UpstreamCircuitBreaker>());
        services.AddSingleton<UpstreamClient>();
        services.AddSingleton<SignedTokenVerifier>();
        services.AddSingleton<InvalidTokenThrottle>();
        services.AddSingleton<CallerAuthenticator>();
        services.AddSingleton<TokenOwnerCache>();
        services.AddSingleton<AnonymousUploadLimiter>();
        services.AddSingleton<PublicAddressPolicy>();
        services.AddSingleton<FileIdProtector>();
        services.AddSingleton<FileReferenceResolverFactory>();
        services.AddSingleton<ResponseFileMapper>();
        services.AddSingleton<ResellerConcurrencyLimiter>();
        services.AddSingleton<ConversionSettlement>();
        services.AddSingleton<ConversionHandler>();
        services.AddSingleton<JobSettlement>();
        services.AddPeriodicWorker<JobPollingWorker>();
        services.AddSingleton<UpstreamStatisticsReader>();
        services.AddSingleton<IUpstreamTokenClient, UpstreamTokenClient>();
        services.AddPeriodicWorker<NativeTokenWorker>();
        services.AddPeriodicWorker<UpstreamReadingWorker>();
        services.AddOptions<SandboxOptions>().Bind(configuration.GetSection(SandboxOptions.Section))
            .Validate(o => o.LibreOfficeTimeout > TimeSpan.Zero, "Sandbox:LibreOfficeTimeout must be positive.")
            .ValidateOnStart();
        services.AddSingleton(sandbox);
        services.AddSingleton<OfficeConverter>();
        services.AddSingleton<SandboxConversion>();
        services.AddSingleton<SandboxFileStore>();
        services.AddSingleton<SandboxJobStore>();
        services.AddHttpClient(
            SandboxEndpoints.FetchClient, http => (http.Timeout, http.MaxResponseContentBufferSize) = (TimeSpan.FromSeconds(30), 50 << 20))
            .ConfigurePrimaryHttpMessageHandler(GuardedHandler);
        return services;
    }

    public static IEndpointRouteBuilder MapGateway(this IEndpointRouteBuilder endpoints)
    {
        var gateway = endpoints
            .MapGroup("")
            .AllowAnonymous()
            .DisableAntiforgery()
            .RequireCors(BrowserPolicy)
            .WithMetadata(new GatewayEndpoint());
        gateway.MapConversions();
        gateway.MapFiles();
        gateway.MapJobs();
        gateway.MapAccount();

        // Unmatched conversion paths return a gateway error instead of redirecting to the sign-in page.
        foreach (var path in (string[])["/convert/{**rest}", "/async/{**rest}"])
        {
            gateway.Map(path, IResult () => GatewayError.FormatsUnreadable.ToResult());
        }

        endpoints.MapGatewayHosts();
        return endpoints;
    }

    /// <summary>Allows any origin, because tokens restrict their origins themselves and the gateway reads no cookies.</summary>
    private static void ConfigureCors(CorsPolicyBuilder policy) => policy
        .AllowAnyOrigin().AllowAnyHeader().AllowAnyMethod()
        .WithExposedHeaders(["X-Request-Id", "Content-Disposition", "Retry-After", .. StreamedResponse.CostHeaders])
        .SetPreflightMaxAge(TimeSpan.FromHours(1));

    /// <summary>Handler for caller-supplied URLs; every connection, including redirects, must be to a public address.</summary>
    private static SocketsHttpHandler GuardedHandler(IServiceProvider provider) => new()
    {
        ConnectCallback = provider.GetRequiredService<PublicAddressPolicy>().ConnectAsync,
        MaxAutomaticRedirections = 3,
        UseCookies = false,
        UseProxy = false,
    };
}
