using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ResellerPortal.Gateway.Conversions;

/// <summary>Metered endpoints under ConvertAPI's conversion paths.</summary>
internal static class ConvertEndpoints
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Post];

    public static void MapConversions(this IEndpointRouteBuilder gateway)
    {
        var handler = gateway.ServiceProvider.GetRequiredService<ConversionHandler>();
        foreach (var prefix in (string[])["", "/async"])
        {
            foreach (var suffix in (string[])["", "/converter/{converter}"])
            {
                gateway.MapMethods(
                    $"{prefix}/convert/{{from}}/to/{{to}}{suffix}",
                    Methods,
                    (RequestDelegate)(context => handler.ConvertAsync(
                        context, Value(context, "from")!, Value(context, "to")!, Value(context, "converter"), isAsync: prefix.Length > 0)));
            }
        }

        static string? Value(HttpContext context, string name) => (string?)context.Request.RouteValues[name];
    }
}
