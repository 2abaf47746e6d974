using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ResellerPortal.Gateway.Sandbox;

namespace ResellerPortal.Gateway;

public static class GatewayRegistration
{
    /// <param name="isSandboxAllowed">Whether the program may start without a real service.</param>
    public static IServiceCollection AddGateway(this IServiceCollection services, IConfiguration configuration, SandboxConverter sandbox, bool isSandboxAllowed)
    {
        services.AddOptions<ConvertApiOptions>().Bind(configuration.GetSection(ConvertApiOptions.Section))
            .Validate(o => isSandboxAllowed || !o.IsSandbox, "ConvertApi:BaseUrl is missing: the sandbox stands in for the real service in Development only.")
            .Validate(o => o.IsSandbox || Uri.TryCreate(o.BaseUrl, UriKind.Absolute, out _), "ConvertApi:BaseUrl is not an address such as https://v2.convertapi.com.")
            .Validate(o => o.IsSandbox || o.Secret.Length > 0, "ConvertApi:Secret is missing; it goes with ConvertApi:BaseUrl.")
            .Validate(o => o.Timeout > TimeSpan.Zero && o.Timeout < Core.Metering.ReservationSweeper.DeadAfter, "ConvertApi:Timeout is from 1 second to under 30 minutes.")
            .ValidateOnStart();
        services.AddOptions<GatewayOptions>().Bind(configuration.GetSection(GatewayOptions.Section))
            .Configure(o => o.PublicUrl = configuration["Portal:PublicUrl"] ?? "")
            .Validate(o => o.MaxUploadBytes > 0, "Gateway:MaxUploadBytes is at least 1.")
            .ValidateOnStart();
        services.AddSingleton<UpstreamAddress>();
        services.AddHttpClient<UpstreamClient>(http => http.Timeout = Timeout.InfiniteTimeSpan);
        services.AddSingleton<Settlement>();
        services.AddSingleton(sandbox);
        services.AddSingleton<SandboxFiles>();
        return services;
    }
}
