using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ResellerPortal.Gateway;

/// <summary>Answers programs that ask for a path which does not exist: with an error that they understand, not with a page.</summary>
public static class UnknownPathPipeline
{
    private const int MaxShown = 100;

    extension(HttpRequest request)
    {
        /// <summary>Whether a browser asks for a page, in its own words or in those of older browsers.</summary>
        internal bool IsForPage =>
            (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsPost(request.Method))
            && (request.Headers["Sec-Fetch-Mode"].ToString().Equals("navigate", StringComparison.OrdinalIgnoreCase)
                || request.GetTypedHeaders().Accept.Any(type =>
                    type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase) && type.Quality != 0));
    }

    /// <summary>
    /// Must be registered after authentication, which answers paths of its own, and before authorization, which would redirect to the
    /// sign-in page.
    /// </summary>
    public static void UseUnknownPaths(this IApplicationBuilder app) => app.Use((context, next) =>
        context.GetEndpoint() is RouteEndpoint || context.Request.IsForPage ? next(context) : RefuseAsync(context));

    /// <summary>Refuses a path that does not exist, or exists for other methods only.</summary>
    internal static Task RefuseAsync(HttpContext context)
    {
        var path = context.Request.Path.ToString();
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return GatewayError.PathUnknown(context.Request.Method, path.Length <= MaxShown ? path : path[..MaxShown])
            .ToResult()
            .ExecuteAsync(context);
    }
}
