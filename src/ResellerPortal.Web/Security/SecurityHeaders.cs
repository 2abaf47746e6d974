namespace ResellerPortal.Web.Security;

/// <summary>
/// Adds security headers: scripts only from the portal's own files, no framing, forms only to the portal, and no caching of
/// pages.
/// </summary>
internal static class SecurityHeaders
{
    private const string Common =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src "
            + "'self'; "
        + "object-src 'none'; base-uri 'self'; frame-ancestors 'none'; ";

    public static void UseSecurityHeaders(this IApplicationBuilder app, IConfiguration configuration)
    {
        // The form of the payment page redirects to the payment provider; the stand-in used by tests has no HTTPS.
        var payForms = configuration["Stripe:ApiBase"]?.StartsWith("http:", StringComparison.Ordinal) == true
            ? "'self' https: http:"
            : "'self' https:";
        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.ContentSecurityPolicy = Common
                + "form-action "
                + (context.Request.Path.StartsWithSegments("/pay") ? payForms : "'self'");
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "same-origin";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
            context.Response.OnStarting(() =>
            {
                if (context.Response.Headers.CacheControl.Count == 0)
                {
                    context.Response.Headers.CacheControl = "no-store";
                }

                return Task.CompletedTask;
            });

            return next(context);
        });
    }
}
