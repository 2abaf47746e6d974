using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace ResellerPortal.Web.Hosting;

/// <summary>
/// Encrypts the keys that protect secrets in the database with a key that never leaves a key service: the transit engine of HashiCorp
/// Vault or OpenBao (https://developer.hashicorp.com/vault/api-docs/secret/transit). The service rotates that key by itself and still
/// decrypts what it encrypted before.
/// </summary>
internal sealed class VaultKeyEncryption : IXmlEncryptor, IXmlDecryptor
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _client;
    private readonly string _key;
    private readonly string _tokenPath;

    /// <param name="settings">
    /// The section DataProtection: "VaultUrl", "VaultKey", the name of the transit key, "VaultTokenPath", a file with a token that may
    /// encrypt and decrypt with it, and "VaultMount", the engine's path, "transit" by default.
    /// </param>
    /// <exception cref="InvalidOperationException">A setting is missing or malformed.</exception>
    public VaultKeyEncryption(IConfigurationSection settings)
    {
        if (!Uri.TryCreate(settings["VaultUrl"], UriKind.Absolute, out var address)
            || !(address.Scheme == "https" || (address.Scheme == "http" && address.IsLoopback)))
        {
            throw new InvalidOperationException(
                "DataProtection:VaultUrl is not an address such as https://vault.example.com:8200; http is for this machine alone.");
        }

        _key = Require("VaultKey");
        _tokenPath = Require("VaultTokenPath");
        var mount = settings["VaultMount"] is { Length: > 0 } path ? path.Trim('/') : "transit";
        _client = new HttpClient { BaseAddress = new Uri(address, $"v1/{mount}/"), Timeout = Patience };

        string Require(string name) => settings[name] is { Length: > 0 } value
            ? value
            : throw new InvalidOperationException($"DataProtection:{name} is missing: the key service needs it.");
    }

    /// <summary>Data Protection creates it by its name when it reads a key.</summary>
    public VaultKeyEncryption(IServiceProvider services)
        : this(services.GetRequiredService<IConfiguration>().GetSection("DataProtection"))
    {
    }

    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var text = Convert.ToBase64String(Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting)));
        return new EncryptedXmlInfo(
            new XElement("vaultEncryptedKey", Call("encrypt", "plaintext", text, "ciphertext")), typeof(VaultKeyEncryption));
    }

    public XElement Decrypt(XElement encryptedElement) =>
        XElement.Parse(
            Encoding.UTF8.GetString(Convert.FromBase64String(Call("decrypt", "ciphertext", encryptedElement.Value, "plaintext"))));

    /// <summary>The token is read each time, because whoever renews it replaces the file.</summary>
    private string Call(string act, string name, string value, string result)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{act}/{Uri.EscapeDataString(_key)}")
            {
                Content = new StringContent(new JsonObject { [name] = value }.ToJsonString(), new MediaTypeHeaderValue("application/json")),
            };
            request.Headers.Add("X-Vault-Token", File.ReadAllText(_tokenPath).Trim());
            using var response = _client.Send(request);
            using var reader = new StreamReader(response.Content.ReadAsStream());
            var answer = reader.ReadToEnd();
            return response.IsSuccessStatusCode && JsonNode.Parse(answer)?["data"]?[result]?.GetValue<string>() is { } found
                ? found
                : throw new InvalidOperationException(
                    $"The key service did not {act} with {_key}: status {(int)response.StatusCode}. Check DataProtection:VaultKey and the "
                        + "rights of the token in DataProtection:VaultTokenPath.");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException
            or UnauthorizedAccessException)
        {
            throw new InvalidOperationException(
                $"The key service is not reachable, or its token is not readable: {failure.Message}", failure);
        }
    }
}
