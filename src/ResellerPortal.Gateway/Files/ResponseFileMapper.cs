using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using ResellerPortal.Gateway.Callers;
using ResellerPortal.Gateway.Hosts;

namespace ResellerPortal.Gateway.Files;

/// <summary>Replaces upstream file ids and URLs in responses with the gateway's own.</summary>
public sealed class ResponseFileMapper(FileIdProtector files, IOptions<GatewayOptions> options)
{
    /// <summary>The gateway's own URL as the caller knows it, without a trailing slash: a reseller's own host stays in use.</summary>
    public string GetBaseAddress(HttpRequest request) =>
        GatewayHostFeature.FindReseller(request.HttpContext) is not null ? $"{request.Scheme}://{request.Host}"
        : options.Value.PublicUrl is { Length: > 0 } configured
        ? configured.TrimEnd('/')
        : $"{request.Scheme}://{request.Host}{request.PathBase}";

    /// <summary>Returns a function that changes a response in place: a conversion's ("Files") or an upload's (itself).</summary>
    /// <param name="owner">Null for files that belong to nobody yet.</param>
    public Action<JsonObject> CreateAdapter(HttpRequest request, TokenOwner? owner, string region)
    {
        return answer =>
        {
            var here = GetBaseAddress(request);
            foreach (var file in ((JsonNode?[])[answer, .. answer["Files"] as JsonArray ?? []]).OfType<JsonObject>())
            {
                if (file["FileId"]?.ToString() is { Length: > 0 } upstreamId)
                {
                    var id = files.Issue(new StoredFile(owner, region, upstreamId));
                    file["FileId"] = id;

                    // Clients derive the format of a chained conversion from the end of the URL.
                    file["Url"] = $"{here}/d/{id}/{Uri.EscapeDataString(file["FileName"]?.ToString() ?? "file")}";
                }
            }
        };
    }
}
