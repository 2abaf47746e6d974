using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ResellerPortal.Gateway.Sandbox;

namespace ResellerPortal.Gateway;

public static class GatewayRegistration
{
    public static IServiceCollection AddGateway(this IServiceCollection services, IConfiguration configuration, SandboxConverter sandbox)
    {
        services.AddOptions<ConvertApiOptions>().Bind(configuration.GetSection(ConvertApiOptions.Section))
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
