using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Gateway.Files;

/// <summary>Gives stored files ids and addresses of the gateway, so that the customer never meets the upstream's.</summary>
public sealed class ResponseFileMapper(FileIdProtector files, IOptions<GatewayOptions> options)
{
    /// <summary>The gateway's own address, without a slash at its end.</summary>
    public string GetBaseAddress(HttpRequest request) =>
        options.Value.PublicUrl is { Length: > 0 } configured
            ? configured.TrimEnd('/')
            : $"{request.Scheme}://{request.Host}{request.PathBase}";

    /// <summary>Changes an answer in place: of a conversion ("Files") or of an upload (itself).</summary>
    public Action<JsonObject> Adapter(HttpRequest request, ResellerId reseller, CustomerId customer, string region)
    {
        return answer =>
        {
            var here = GetBaseAddress(request);
            foreach (var file in ((JsonNode?[])[answer, .. answer["Files"] as JsonArray ?? []]).OfType<JsonObject>())
            {
                if (file["FileId"]?.ToString() is { Length: > 0 } upstreamId)
                {
                    var id = files.Issue(new StoredFile(reseller, customer, region, upstreamId));
                    file["FileId"] = id;

                    // Clients take a chained conversion's format from the end of the address.
                    file["Url"] = $"{here}/d/{id}/{Uri.EscapeDataString(file["FileName"]?.ToString() ?? "file")}";
                }
            }
        };
    }
}
