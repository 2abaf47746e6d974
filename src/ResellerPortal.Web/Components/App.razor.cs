using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;

namespace ResellerPortal.Web.Components;

public sealed partial class App
{
    private static readonly IComponentRenderMode Interactive = new InteractiveServerRenderMode(prerender: false);

    [CascadingParameter]
    private HttpContext HttpContext { get; set; } = null!;

    /// <summary>Sign-in pages render as static HTML because they set cookies; all other pages are interactive.</summary>
    private IComponentRenderMode? RenderMode => HttpContext.AcceptsInteractiveRouting() ? Interactive : null;
}
