namespace ResellerPortal.Web.Demo;

/// <summary>What the console says when the demonstration is ready.</summary>
internal static class DemoGreeting
{
    public static void Print(WebApplication app)
    {
        var address = app.Urls.First().TrimEnd('/');
        Console.WriteLine($$"""

            Reseller Portal is ready: {{address}}

              Operator        {{DemoData.OperatorEmail,-28}} {{DemoData.Password}}
              Reseller owner  {{DemoData.OwnerEmail,-28}} {{DemoData.Password}}
              Customer admin  {{DemoData.CustomerEmail,-28}} {{DemoData.Password}}

            Convert a first file through the gateway, as the customer Acme:

              echo "Hello from Acme" | curl -sS "{{address}}/convert/txt/to/pdf?StoreFile=true" -H "Authorization: Bearer {{DemoData.ProductionToken}}" -F "File=@-;filename=hello.txt"

            The answer's Url is the PDF. Leave out StoreFile=true to get it as base64.

            """);
    }
}
