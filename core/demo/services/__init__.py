"""What the demo organisation answers itself, one AWS service a file; moto answers the rest.

Each is a moto response class: a method for each action, which moto reads from the request and writes in the service's protocol.
"""
