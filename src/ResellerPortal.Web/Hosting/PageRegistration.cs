using MudBlazor;
using MudBlazor.Services;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.Hosting;

internal static class PageRegistration
{
    /// <summary>Adds Blazor Server with the limits of its circuits, and MudBlazor.</summary>
    public static void AddPages(this IServiceCollection services)
    {
        services.AddRazorComponents()
            .AddInteractiveServerComponents(circuits =>
            {
                circuits.DisconnectedCircuitMaxRetained = 200;
                circuits.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(3);
            })
            .AddHubOptions(hub => hub.MaximumReceiveMessageSize = 64 * 1024);
        services.AddSingleton<UploadReader>();
        services.AddSingleton<SystemHealthReader>();
        services.AddScoped<GatewayBaseUrl>();
        services.AddMudServices(mud => mud.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomRight);
    }

    /// <summary>Ends circuits when the server stops; a browser that reconnects would hold it up until its time-out.</summary>
    public static void UseCircuitShutdown(this IApplicationBuilder app) =>
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/_blazor"), circuits =>
        {
            var stopping = circuits.ApplicationServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
            circuits.Use(async (context, next) =>
            {
                await using var _ = stopping.Register(context.Abort);
                await next(context);
            });
        });
}
