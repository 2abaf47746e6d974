using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;

namespace ResellerPortal.Web.Components;

public sealed partial class App
{
    private static readonly IComponentRenderMode Interactive = new InteractiveServerRenderMode(prerender: false);

    [CascadingParameter]
    private HttpContext HttpContext { get; set; } = null!;

    /// <summary>Whether the browser shows the portal in dark colours, as it said with its last page (theme.js).</summary>
    public bool IsDark => HttpContext.Request.Cookies["portal-scheme"] == "dark";

    /// <summary>Sign-in pages render as static HTML because they set cookies; all other pages are interactive.</summary>
    private IComponentRenderMode? RenderMode => HttpContext.AcceptsInteractiveRouting() ? Interactive : null;
}
